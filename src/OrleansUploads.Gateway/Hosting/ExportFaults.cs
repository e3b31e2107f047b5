using System.Diagnostics.Tracing;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>Logs once that metrics and traces do not arrive. The exporter tries again with every batch and tells only an event source, so
/// that without this a wrong address stays unnoticed.</summary>
internal sealed partial class ExportFaults(ILogger log, string endpoint) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private int _isTold;

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Exporter)
        {
            // A collector that refuses connections is an error that may pass, which is information to the exporter.
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventSource.Name == Exporter
            && (eventData.Level <= EventLevel.Warning || eventData.EventName?.EndsWith("Error", StringComparison.Ordinal) == true)
            && Interlocked.Exchange(ref _isTold, 1) == 0)
        {
            LogFault(log, endpoint);
        }
    }

    [LoggerMessage(
        2019,
        LogLevel.Warning,
        "Metrics and traces cannot be sent to {Endpoint}. The server works without them and keeps trying; this is logged once. Check the address in "
        + TelemetryExport.EndpointVariable + ", and the collector.")]
    private static partial void LogFault(ILogger log, string endpoint);
}
