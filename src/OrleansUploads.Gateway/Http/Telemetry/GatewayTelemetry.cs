using System.Diagnostics;
using System.Diagnostics.Metrics;
using OrleansUploads.Engine;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Connections;

namespace OrleansUploads.Gateway.Http.Telemetry;

/// <summary>The gateway's meters and activities. Their names are part of the operator's interface.</summary>
public static class GatewayTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "OrleansUploads.Gateway";

    /// <summary>Counts the bytes of request bodies.</summary>
    public const string ReceivedBytesName = "orleansuploads.request.received_bytes";

    /// <summary>Counts the bytes of response bodies.</summary>
    public const string SentBytesName = "orleansuploads.request.sent_bytes";

    /// <summary>The tag with the name of the operation.</summary>
    internal const string OperationTag = "operation";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Requests =
        Meter.CreateCounter<long>("orleansuploads.requests", "{request}", "Requests answered.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "orleansuploads.request.duration", "s", "Time from a request's headers to the end of its response.");

    private static readonly Counter<long> BytesIn =
        Meter.CreateCounter<long>(ReceivedBytesName, "By", "Bytes received in request bodies.");

    private static readonly Counter<long> BytesOut =
        Meter.CreateCounter<long>(SentBytesName, "By", "Bytes sent in response bodies.");

    private static WeakReference<OpenConnections>? _connections;

    private static WeakReference<TransferLimiters>? _transfers;

    static GatewayTelemetry()
    {
        Meter.CreateObservableGauge(
            "orleansuploads.connections", () => Connections?.Count ?? 0, "{connection}", "Open connections.");
        Meter.CreateObservableCounter(
            "orleansuploads.connections.closed_early",
            () => Connections?.ClosedEarly ?? 0,
            "{connection}",
            "Connections closed because others needed their place.");
        Meter.CreateObservableGauge(
            "orleansuploads.bodies", () => Transfers?.Bodies.InUse ?? 0, "{body}", "Upload bodies being read.");
        Meter.CreateObservableGauge(
            "orleansuploads.outputs", () => Transfers?.Outputs.InUse ?? 0, "{output}", "Job outputs being sent.");
        Meter.CreateObservableGauge(
            "orleansuploads.transfers.waiting",
            () => Transfers is { } all ? all.Bodies.Waiting + all.Outputs.Waiting : 0,
            "{transfer}",
            "Bodies and outputs waiting for a slot.");
    }

    private static ActivitySource Activities { get; } = new(Name);

    private static OpenConnections? Connections =>
        _connections is { } known && known.TryGetTarget(out var connections) ? connections : null;

    private static TransferLimiters? Transfers =>
        _transfers is { } known && known.TryGetTarget(out var transfers) ? transfers : null;

    /// <summary>Reports these connections and transfers from now on.</summary>
    internal static void Observe(OpenConnections? connections, TransferLimiters transfers)
    {
        _connections = connections is null ? null : new(connections);
        _transfers = new(transfers);
    }

    /// <summary>Starts the activity of a request.</summary>
    /// <param name="service">The service that the request is for, such as <c>glacier</c>.</param>
    internal static Activity? StartActivity(string service) => Activities.StartActivity(service, ActivityKind.Internal);

    /// <summary>Records a request that was answered.</summary>
    internal static void Record(HttpExchange exchange, TimeSpan elapsed, Activity? activity)
    {
        var tags = new TagList
        {
            { OperationTag, exchange.OperationName },
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
            activity.SetTag("code", exchange.ErrorCode);
            activity.SetStatus(
                exchange.Status >= StatusCodes.Status500InternalServerError
                    ? ActivityStatusCode.Error
                    : ActivityStatusCode.Unset);
        }
    }
}

/// <summary>The request log: one line for each request, and the cause of each failure. It never contains a secret, a signature or a
/// body.</summary>
internal static partial class RequestLog
{
    /// <summary>Logs a request that was answered.</summary>
    public static void WriteServed(ILogger log, HttpExchange exchange, TimeSpan elapsed)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            var account = exchange.Account?.ToString() ?? "-";
            LogServed(
                log,
                exchange.RequestId,
                exchange.OperationName,
                account,
                exchange.Status,
                exchange.ErrorCode ?? "-",
                exchange.Received.Bytes,
                exchange.Sent.Bytes,
                elapsed.TotalMilliseconds,
                exchange.ClientAddress?.ToString() ?? "-",
                RequestSubject.DescribeKey(exchange.AccessKeyId),
                RequestSubject.Describe(exchange.Target, exchange.Context.Response.Headers.Location));
        }
    }

    /// <summary>Logs the bug that made a request fail, with its stack.</summary>
    [LoggerMessage(2002, LogLevel.Error, "{RequestId} {Operation} failed{Suppressed}")]
    public static partial void WriteFailed(ILogger log, string requestId, string operation, SuppressedMessages suppressed, Exception fault);

    /// <summary>Logs in one line why a request failed, if a component was not available or stored data is damaged.</summary>
    [LoggerMessage(
        2007,
        LogLevel.Error,
        "{RequestId} {Operation} failed: {Reason}{Suppressed}")]
    public static partial void WriteUnavailable(ILogger log, string requestId, string operation, string reason, SuppressedMessages suppressed);

    [LoggerMessage(
        2001,
        LogLevel.Information,
        "{RequestId} {Operation} account {Account} status {Status} code {Code} in {BytesIn} out {BytesOut} {ElapsedMs:F1} ms "
        + "from {Client} key {AccessKeyId} on {Subject}")]
    private static partial void LogServed(
        ILogger log,
        string requestId,
        string operation,
        string account,
        int status,
        string code,
        long bytesIn,
        long bytesOut,
        double elapsedMs,
        string client,
        string accessKeyId,
        string subject);
}

/// <summary>What a request is about, for the log: its key, and its vault, archive, upload or object. Anybody can send a request, so
/// descriptions are short and have no control characters.</summary>
internal static class RequestSubject
{
    /// <summary>Maximum length of a description in characters.</summary>
    public const int MaxLength = 512;

    /// <summary>Maximum length of the ID of a key in characters. Amazon's IDs have at most as many.</summary>
    public const int MaxKeyLength = 128;

    private const string UploadId = "uploadId";

    /// <summary>Returns the path, the upload that the query names, and the kind and the ID of what the request created. The rest
    /// of the query may contain a signature, so it never appears.</summary>
    /// <param name="target">The request's path and query.</param>
    /// <param name="location">The address of what the request created, or null if it created nothing.</param>
    public static string Describe(RequestTarget target, string? location)
    {
        var text = target.Prefix + target.Path;
        if (target.Query.FirstValue(UploadId) is { } upload)
        {
            text = $"{text}?{UploadId}={upload}";
        }

        if (location is not null)
        {
            // The line has the account and the vault already.
            var segments = location.Split('/', StringSplitOptions.RemoveEmptyEntries);
            text = $"{text} -> {string.Join('/', segments.TakeLast(2))}";
        }

        return Printable(text, MaxLength);
    }

    /// <summary>Returns the ID of the key that a request names. A blank would end it in the line.</summary>
    public static string DescribeKey(string? accessKeyId) =>
        string.IsNullOrEmpty(accessKeyId) ? "-" : Printable(accessKeyId, MaxKeyLength).Replace(' ', '?');

    private static string Printable(string text, int maxLength) =>
        string.Create(Math.Min(text.Length, maxLength), text, static (line, from) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsAscii(from[i]) && !char.IsControl(from[i]) ? from[i] : '?';
            }
        });
}
