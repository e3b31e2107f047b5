using OrleansUploads.TestKit.Telemetry;

namespace OrleansUploads.Silo.Tests.Serving;

public sealed class TelemetryTests
{
    [Fact]
    public async Task A_configured_collector_receives_traces_from_the_request_to_the_journal_and_metrics()
    {
        using var collector = Collector.Start();
        var environment = RunningSilo.Alone();
        foreach (var (name, value) in collector.Environment)
        {
            environment[name] = value;
        }

        await using var silo = await RunningSilo.StartAsync(environment);
        using var client = silo.Connect();
        await client.CreateVaultAsync("photos");
        await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed: 1));
        await silo.StopAsync();

        var paths = Span.Paths(collector.Spans);
        Assert.Contains(paths, static path =>
            path.StartsWith("JournalAppend < StorePart < ", StringComparison.Ordinal)
            && path.EndsWith(" < UploadMultipartPart < Microsoft.AspNetCore.Hosting.HttpRequestIn", StringComparison.Ordinal));
        Assert.All(
            (string[])["orleansuploads.requests", "orleansuploads.parts.stored"], name => Assert.Contains(name, collector.Metrics));
        Assert.Contains(collector.Metrics, static name => name.StartsWith("orleans-", StringComparison.Ordinal));
    }
}
