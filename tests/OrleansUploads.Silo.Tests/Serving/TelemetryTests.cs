using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Tests.Harness;

namespace OrleansUploads.Silo.Tests.Serving;

public sealed class TelemetryTests
{
    [Fact]
    public async Task A_configured_collector_receives_request_traces_grain_traces_and_metrics()
    {
        var received = new ConcurrentDictionary<string, string>();
        var ports = FreePort.Take(3);
        await using var collector = await StartCollectorAsync(ports[0], received);
        var environment = RunningSilo.With(
            (KnownSettings.Clustering, "localhost"),
            (KnownSettings.Listen, "127.0.0.1:0"),
            (KnownSettings.SiloPort, $"{ports[1]}"),
            (KnownSettings.ClientPort, $"{ports[2]}"),
            (KnownSettings.AccessKeyId, RunningSilo.AccessKeyId),
            (KnownSettings.SecretAccessKey, RunningSilo.SecretAccessKey));
        environment[TelemetryExport.EndpointVariable] = $"http://127.0.0.1:{ports[0]}";
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        await using var silo = await RunningSilo.StartAsync(environment);
        using var client = silo.Connect();
        await client.CreateVaultAsync("photos");
        await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed: 1));
        await silo.StopAsync();

        Assert.All(
            (string[])["OrleansUploads.Gateway", "CreateVault", "Microsoft.Orleans.Runtime", "ou-vault/"],
            text => Assert.Contains(text, received["/v1/traces"], StringComparison.Ordinal));
        Assert.All(
            (string[])["orleansuploads.requests", "orleansuploads.parts.stored", "Microsoft.Orleans", "orleans-uploads"],
            text => Assert.Contains(text, received["/v1/metrics"], StringComparison.Ordinal));
    }

    /// <summary>Starts a collector that stores what it receives. Names are plain text in the protocol's messages.</summary>
    private static async Task<WebApplication> StartCollectorAsync(int port, ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddRouting();
        var app = builder.Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var text = Encoding.Latin1.GetString(body.ToArray());
            received.AddOrUpdate(context.Request.Path, text, (_, before) => before + text);
        });
        await app.StartAsync();
        return app;
    }
}
