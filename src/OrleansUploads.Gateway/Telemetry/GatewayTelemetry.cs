using System.Diagnostics;
using System.Diagnostics.Metrics;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Gateway.Telemetry;

/// <summary>What the gateway counts and traces. The names are part of the operator's interface.</summary>
public static class GatewayTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "OrleansUploads.Gateway";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Requests =
        Meter.CreateCounter<long>("orleansuploads.requests", "{request}", "Requests answered.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "orleansuploads.request.duration", "s", "Time from a request's headers to the end of its answer.");

    private static readonly Counter<long> BytesIn =
        Meter.CreateCounter<long>("orleansuploads.request.received_bytes", "By", "Bytes of request bodies.");

    private static readonly Counter<long> BytesOut =
        Meter.CreateCounter<long>("orleansuploads.request.sent_bytes", "By", "Bytes of answers' bodies.");

    internal static ActivitySource Activities { get; } = new(Name);

    internal static void Record(GlacierExchange exchange, TimeSpan elapsed, Activity? activity)
    {
        var tags = new TagList
        {
            { "operation", exchange.OperationName },
            { "status", exchange.Status },
        };
        Requests.Add(1, tags);
        Duration.Record(elapsed.TotalSeconds, tags);
        BytesIn.Add(exchange.Received.Bytes, tags);
        BytesOut.Add(exchange.Sent.Bytes, tags);
        if (activity is not null)
        {
            activity.DisplayName = exchange.OperationName;
            activity.SetTag("request_id", exchange.RequestId);
            activity.SetTag("status", exchange.Status);
            activity.SetTag("code", exchange.Code);
            activity.SetStatus(
                exchange.Status >= StatusCodes.Status500InternalServerError
                    ? ActivityStatusCode.Error
                    : ActivityStatusCode.Unset);
        }
    }
}
