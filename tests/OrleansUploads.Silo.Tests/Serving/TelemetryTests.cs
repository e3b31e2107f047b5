using OrleansUploads.TestKit.Telemetry;

namespace OrleansUploads.Silo.Tests.Serving;

public sealed class TelemetryTests
{
    /// <summary>The silo keeps its data in memory, and serves the dashboard at the address of the API.</summary>
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
        using var client = await silo.ConnectAsync("photos");
        var archive = Archives.Bytes(3_000_000, seed: 1);
        var receipt = await client.UploadInPartsAsync("photos", archive);
        Assert.Equal(archive, await client.RetrieveAsync("photos", receipt.ArchiveId));
        using var http = new HttpClient();
        Assert.Contains("<title>", await http.GetStringAsync(new Uri(silo.Address, "/dashboard/")), StringComparison.Ordinal);
        await silo.StopAsync();
        Assert.DoesNotContain("fail:", silo.Log, StringComparison.Ordinal);

        var paths = Span.Paths(collector.Spans);
        Assert.Contains(paths, static path =>
            path.StartsWith("JournalAppend < StorePart < ", StringComparison.Ordinal)
            && path.EndsWith(" < UploadMultipartPart < Microsoft.AspNetCore.Hosting.HttpRequestIn", StringComparison.Ordinal));
        Assert.All(
            (string[])["orleansuploads.requests", "orleansuploads.parts.stored"], name => Assert.Contains(name, collector.Metrics));
        Assert.Contains(collector.Metrics, static name => name.StartsWith("orleans-", StringComparison.Ordinal));
    }
}
