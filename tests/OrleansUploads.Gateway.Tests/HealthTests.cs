using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task A_server_that_runs_is_healthy_without_any_signature()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup());
        var answer = (await server.SendAsync(new ApiRequest("GET", "/healthz"), [])).Expect(200);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal("""{"status":"Healthy","checks":{"accepts-requests":"Healthy"}}""", answer.Text);
        Assert.Equal(47, answer.Header("x-amzn-RequestId")!.Length);
    }

    [Fact]
    public async Task A_server_with_a_check_that_fails_is_unavailable()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(),
            services => services.AddHealthChecks().AddCheck("disk", () => HealthCheckResult.Unhealthy("secret path")));
        var answer = (await server.SendAsync(new ApiRequest("GET", "/healthz"), [])).Expect(503);
        Assert.Equal(
            """{"status":"Unhealthy","checks":{"accepts-requests":"Healthy","disk":"Unhealthy"}}""", answer.Text);
    }

    [Fact]
    public async Task A_server_is_alive_whatever_fails_that_a_restart_would_not_mend()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(),
            services => services.AddHealthChecks()
                .AddCheck("disk", () => HealthCheckResult.Unhealthy())
                .AddCheck("voted-in", () => HealthCheckResult.Healthy(), tags: [GatewayEndpoints.LiveTag]));
        var answer = (await server.SendAsync(new ApiRequest("GET", "/livez"), [])).Expect(200);
        Assert.Equal("""{"status":"Healthy","checks":{"voted-in":"Healthy"}}""", answer.Text);
    }

    [Fact]
    public async Task A_server_that_only_a_restart_would_mend_is_not_alive()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(),
            services => services.AddHealthChecks()
                .AddCheck("voted-in", () => HealthCheckResult.Unhealthy(), tags: [GatewayEndpoints.LiveTag]));
        (await server.SendAsync(new ApiRequest("GET", "/livez"), [])).Expect(503);
    }
}
