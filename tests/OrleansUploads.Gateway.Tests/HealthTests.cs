using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_checks_need_no_signature()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup());
        var answer = (await server.SendAsync(new ApiRequest("GET", "/healthz"), [])).Expect(200);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal("""{"status":"Healthy","checks":{"accepts-requests":"Healthy"}}""", answer.Text);
        Assert.Equal(47, answer.Header("x-amzn-RequestId")!.Length);
    }

    [Fact]
    public async Task A_failing_check_makes_the_server_unhealthy()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(),
            services => services.AddHealthChecks().AddCheck("disk", () => HealthCheckResult.Unhealthy("secret path")));
        var answer = (await server.SendAsync(new ApiRequest("GET", "/healthz"), [])).Expect(503);
        Assert.Equal(
            """{"status":"Unhealthy","checks":{"accepts-requests":"Healthy","disk":"Unhealthy"}}""", answer.Text);
    }

    [Fact]
    public async Task A_failing_check_that_a_restart_cannot_fix_leaves_the_server_alive()
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
    public async Task A_failing_check_that_needs_a_restart_makes_the_server_not_alive()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(),
            services => services.AddHealthChecks()
                .AddCheck("voted-in", () => HealthCheckResult.Unhealthy(), tags: [GatewayEndpoints.LiveTag]));
        (await server.SendAsync(new ApiRequest("GET", "/livez"), [])).Expect(503);
    }
}
