using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansUploads.Engine;
using OrleansUploads.Gateway.Http.Telemetry;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Telemetry;

/// <summary>Exports metrics and traces with OTLP, configured by the standard OpenTelemetry environment variables.</summary>
internal sealed class TelemetryExport : IDisposable
{
    /// <summary>The OpenTelemetry variable that enables the export. The other OpenTelemetry variables apply too.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    private TelemetryExport(MeterProvider metrics, TracerProvider traces)
    {
        _metrics = metrics;
        _traces = traces;
    }

    /// <summary>The exported meters: those of the gateway, the engine, Orleans, the web server and the runtime.</summary>
    public static IReadOnlyList<string> Meters { get; } =
    [
        GatewayTelemetry.Name, EngineTelemetry.MeterName, "Microsoft.Orleans", "Microsoft.AspNetCore.Server.Kestrel",
        "System.Runtime",
    ];

    /// <summary>The exported activity sources. A trace covers a request and all grain calls that it makes. The web server's source is
    /// required, because its activity is the parent of the others, and children of an unrecorded activity are not recorded. Grain
    /// calls of this project appear in the Orleans runtime's source, because their namespaces start with Orleans.</summary>
    public static IReadOnlyList<string> Sources { get; } =
        ["Microsoft.AspNetCore", GatewayTelemetry.Name, "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Storage"];

    /// <summary>Starts the export. Returns null if no endpoint is configured.</summary>
    public static TelemetryExport? Start(IConfiguration configuration, SiloSettings settings)
    {
        if (string.IsNullOrEmpty(configuration[EndpointVariable]))
        {
            return null;
        }

        var resource = ResourceBuilder.CreateDefault();
        if (string.IsNullOrEmpty(configuration["OTEL_SERVICE_NAME"]))
        {
            resource.AddService("orleans-uploads", serviceInstanceId: $"{settings.AdvertisedAddress}:{settings.SiloPort}");
        }

        return new TelemetryExport(
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter([.. Meters]).AddOtlpExporter().Build(),
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource([.. Sources]).AddOtlpExporter().Build());
    }

    /// <summary>Sends the remaining data and stops the export.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }
}
