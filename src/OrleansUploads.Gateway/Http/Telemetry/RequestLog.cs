using OrleansUploads.Gateway.Http.Exchanges;

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
                elapsed.TotalMilliseconds);
        }
    }

    /// <summary>Logs why a request failed because of a fault in the server.</summary>
    public static void WriteFailed(ILogger log, HttpExchange exchange, Exception fault) =>
        LogFailed(log, exchange.RequestId, exchange.OperationName, fault);

    [LoggerMessage(2002, LogLevel.Error, "{RequestId} {Operation} failed.")]
    private static partial void LogFailed(ILogger log, string requestId, string operation, Exception fault);

    [LoggerMessage(
        2001,
        LogLevel.Information,
        "{RequestId} {Operation} account {Account} status {Status} code {Code} in {BytesIn} out {BytesOut} {ElapsedMs:F1} ms")]
    private static partial void LogServed(
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
