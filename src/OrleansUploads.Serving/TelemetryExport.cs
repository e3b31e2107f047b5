using System.Diagnostics.Tracing;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansUploads.Engine;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Serving;

/// <summary>Exports metrics and traces with OTLP, configured by the standard OpenTelemetry environment variables, and collects metrics for
/// Prometheus.</summary>
public sealed class TelemetryExport : IDisposable
{
    /// <summary>The OpenTelemetry variable that enables the export. The other OpenTelemetry variables apply too.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string ServiceName = "orleans-uploads";

    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    /// <summary>The attribute of a process that each metric for Prometheus has as a label, as it has behind a collector.</summary>
    private const string InstanceAttribute = "service.instance.id";

    private readonly string? _endpoint;
    private readonly OpenTelemetrySdk _exporter;
    private ExportFaults? _faults;

    private TelemetryExport(string? endpoint, OpenTelemetrySdk exporter, bool isScraped)
    {
        (_endpoint, _exporter) = (endpoint, exporter);
        ScrapedMetrics = isScraped ? exporter.MeterProvider : null;
    }

    /// <summary>The exported meters: the gateway's, the engine's, the web server's and the runtime's.</summary>
    public static IReadOnlyList<string> Meters { get; } =
        [GatewayTelemetry.Name, EngineTelemetry.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    /// <summary>The exported activity sources. The web server's source is required, because its activity is the parent of the others, and
    /// children of an unrecorded activity are not recorded.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["Microsoft.AspNetCore", GatewayTelemetry.Name, EngineTracing.SourceName];

    /// <summary>What a scrape reads, or null if Prometheus reads nothing here.</summary>
    internal MeterProvider? ScrapedMetrics { get; }

    /// <summary>Starts the export.</summary>
    /// <param name="variable">Returns a variable, or null if it is not set.</param>
    /// <param name="instance">Distinguishes this process from others of the service.</param>
    /// <param name="isScraped">Whether Prometheus reads the metrics of this process.</param>
    /// <param name="moreMeters">Meters besides <see cref="Meters"/>.</param>
    /// <param name="moreSources">Activity sources besides <see cref="Sources"/>.</param>
    /// <returns>Null if no endpoint is configured and nothing is scraped.</returns>
    /// <exception cref="InvalidDataException">A variable is wrong. The exporter itself would ignore most of them and send
    /// the data to its default address, where nothing receives them.</exception>
    public static TelemetryExport? Start(
        Func<string, string?> variable,
        string instance,
        bool isScraped = false,
        IEnumerable<string>? moreMeters = null,
        IEnumerable<string>? moreSources = null)
    {
        var endpoint = variable(EndpointVariable) is { Length: > 0 } text ? text : null;
        if (endpoint is null && !isScraped)
        {
            return null;
        }

        if (endpoint is not null
            && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address)
                || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)))
        {
            throw new InvalidDataException($"{EndpointVariable} is '{endpoint}'. It must be a URL such as http://127.0.0.1:4317.");
        }

        if (variable(ProtocolVariable) is { Length: > 0 } protocol && !Protocols.Contains(protocol))
        {
            throw new InvalidDataException($"{ProtocolVariable} is '{protocol}'. It must be {string.Join(" or ", Protocols)}.");
        }

        var isNamed = !string.IsNullOrEmpty(variable("OTEL_SERVICE_NAME"));
        try
        {
            var exporter = OpenTelemetrySdk.Create(export =>
            {
                export
                    .ConfigureResource(resource => _ = isNamed ? resource : resource.AddService(ServiceName, serviceInstanceId: instance))
                    .WithMetrics(metrics =>
                    {
                        metrics.AddMeter([.. Meters, .. moreMeters ?? []]);
                        _ = isScraped ? metrics.AddPrometheusExporter(static options =>
                            options.ResourceConstantLabels = static attribute => attribute == InstanceAttribute) : metrics;
                    });
                _ = endpoint is null ? export : export
                    .WithTracing(traces => traces.AddSource([.. Sources, .. moreSources ?? []]))
                    .UseOtlpExporter();
            });
            EngineTelemetry.CountFromZero();
            return new TelemetryExport(endpoint, exporter, isScraped);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"The export to {EndpointVariable} cannot start: {fault.Message} Check the variables OTEL_*.", fault);
        }
    }

    /// <summary>Logs once if the data cannot be sent.</summary>
    public void LogFaults(ILogger log) => _faults ??= _endpoint is null ? null : new ExportFaults(log, _endpoint);

    public void Dispose()
    {
        _exporter.Dispose();
        _faults?.Dispose();
    }
}

/// <summary>Logs once that metrics and traces do not arrive. The exporter tries again with every batch and tells only an event source, so
/// that without this a wrong address stays unnoticed.</summary>
internal sealed partial class ExportFaults(ILogger log, string endpoint) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private int _isTold;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Exporter)
        {
            // A collector that refuses connections is an error that may pass, which is information to the exporter.
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

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
