
namespace OrleansUploads.Gateway.Http.Telemetry;

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
                exchange.AccessKeyId ?? "-",
                RequestSubject.Describe(exchange.Target, exchange.Context.Response.Headers.Location));
        }
    }

    /// <summary>Logs the bug that made a request fail, with its stack.</summary>
    [LoggerMessage(2002, LogLevel.Error, "{RequestId} {Operation} failed. ({Suppressed} earlier messages of this kind were not logged)")]
    public static partial void WriteFailed(ILogger log, string requestId, string operation, long suppressed, Exception fault);

    /// <summary>Logs in one line why a request failed, if a component was not available or stored data is damaged.</summary>
    [LoggerMessage(
        2007,
        LogLevel.Error,
        "{RequestId} {Operation} failed: {Reason} ({Suppressed} earlier messages of this kind were not logged)")]
    public static partial void WriteUnavailable(ILogger log, string requestId, string operation, string reason, long suppressed);

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

/// <summary>What a request is about, for the log: its vault, archive, upload or object.</summary>
internal static class RequestSubject
{
    /// <summary>Maximum length of a description in characters.</summary>
    public const int MaxLength = 512;

    private const string UploadId = "uploadId";

    /// <summary>Returns the path, the upload that the query names, and the address of what the request created. The rest of the query
    /// may contain a signature, so it never appears.</summary>
    /// <param name="target">The request's path and query.</param>
    /// <param name="location">The address of what the request created, or null if it created nothing.</param>
    public static string Describe(RequestTarget target, string? location)
    {
        var text = target.Path;
        if (target.Query.FirstValue(UploadId) is { } upload)
        {
            text = $"{text}?{UploadId}={upload}";
        }

        if (location is not null)
        {
            text = $"{text} -> {location}";
        }

        return string.Create(Math.Min(text.Length, MaxLength), text, static (line, from) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsAscii(from[i]) && !char.IsControl(from[i]) ? from[i] : '?';
            }
        });
    }
}
