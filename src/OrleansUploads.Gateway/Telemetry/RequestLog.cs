using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Gateway.Telemetry;

/// <summary>What the gateway logs: one line for each request, and the cause of each failure. Never a secret, a signature or
/// a body.</summary>
internal static partial class RequestLog
{
    /// <summary>Tells one request.</summary>
    public static void Served(ILogger log, GlacierExchange exchange, TimeSpan elapsed)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            var account = exchange.Account?.ToString() ?? "-";
            Served(
                log,
                exchange.RequestId,
                exchange.OperationName,
                account,
                exchange.Status,
                exchange.Code ?? "-",
                exchange.Received.Bytes,
                exchange.Sent.Bytes,
                elapsed.TotalMilliseconds);
        }
    }

    /// <summary>Tells why a request failed that should not have.</summary>
    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{RequestId} {Operation} failed.")]
    public static partial void Failed(ILogger log, string requestId, string operation, Exception fault);

    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Information,
        Message = "{RequestId} {Operation} account {Account} status {Status} code {Code} in {BytesIn} out {BytesOut} "
            + "{ElapsedMs:F1} ms")]
    private static partial void Served(
        ILogger log,
        string requestId,
        string operation,
        string account,
        int status,
        string code,
        long bytesIn,
        long bytesOut,
        double elapsedMs);
}
