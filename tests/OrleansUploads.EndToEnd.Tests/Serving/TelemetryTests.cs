using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansUploads.TestKit.Telemetry;

namespace OrleansUploads.EndToEnd.Tests.Serving;

[Campaign]
public sealed class TelemetryTests : TestWithFolder
{
    private const string HttpClientSource = "System.Net.Http";

    [Fact]
    public async Task The_trace_of_a_part_leads_from_the_client_through_gateway_and_entity_to_the_journal()
    {
        var sent = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is GlacierClient.ActivitySourceName or HttpClientSource,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = sent.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var collector = Collector.Start();
        var environment = new Dictionary<string, string?>([.. CommandLine.WithOperatorKey, .. collector.Environment]);
        await using var server = await ServerProcess.StartAsync(new ServerSetup(Folder.Data) { Environment = environment });
        using var client = await server.ConnectAsync("photos");
        var upload = await client.InitiateMultipartUploadAsync("photos", Archives.MiB);

        // Other tests may use clients at the same time, so the trace is found by the activity around the call.
        using var caller = new Activity("caller").Start();
        await client.UploadPartAsync("photos", upload, 0, HashedBody.Of(Archives.Bytes(1000, seed: 1)));
        caller.Stop();
        await server.StopAsync();

        var trace = caller.TraceId.ToHexString();
        var paths = Span.Paths(
            from span in collector.Spans.Concat(sent.Select(static activity => new Span(
                activity.TraceId.ToHexString(), activity.OperationName, activity.SpanId.ToHexString(), activity.ParentSpanId.ToHexString())))
            where span.Trace == trace
            select span);
        const string Request = "UploadMultipartPart < Microsoft.AspNetCore.Hosting.HttpRequestIn < System.Net.Http.HttpRequestOut < UploadPart";
        Assert.Contains($"CheckPart < {Request}", paths);
        Assert.Contains($"StoreAttempt < {Request}", paths);
        Assert.Contains($"JournalAppend < StorePart < {Request}", paths);
        Assert.Contains("orleansuploads.requests", collector.Metrics);
        Assert.Contains("orleansuploads.parts.stored", collector.Metrics);
    }

    [Fact]
    public async Task A_collector_that_cannot_be_reached_is_logged_once()
    {
        var environment = new Dictionary<string, string?>(CommandLine.WithOperatorKey)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        };
        await using var server = await ServerProcess.StartAsync(new ServerSetup(Folder.Data) { Environment = environment });
        using var client = server.Connect();
        await Eventually.BecomesTrueAsync(
            () => server.Log.Contains("warning: Metrics and traces cannot be sent to http://127.0.0.1:1.", StringComparison.Ordinal), "it is logged");

        // The server sends what is left when it stops, and fails again.
        await client.CreateVaultAsync("photos");
        await server.StopAsync();

        Assert.Single(server.Log.Split('\n'), static line => line.Contains("cannot be sent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_request_each_line_of_the_log_is_a_JSON_object()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--log-format", "json");
        using var client = await server.ConnectAsync("photos");
        await Assert.ThrowsAsync<GlacierException>(() => client.DescribeVaultAsync("films"));
        await server.StopAsync();

        var messages = server.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonSerializer.Deserialize<JsonElement>(line))
            .ToList();
        Assert.All(messages, static message => Assert.Equal(JsonValueKind.Object, message.ValueKind));
        Assert.Equal(
            ["CreateVault 201", "DescribeVault 404"],
            from message in messages
            where message.GetProperty("EventId").GetInt32() == 2001
            let values = message.GetProperty("State")
            select $"{values.GetProperty("Operation")} {values.GetProperty("Status")}");
    }
}
