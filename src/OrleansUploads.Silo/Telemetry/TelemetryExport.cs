using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansUploads.Engine;
using OrleansUploads.Gateway.Telemetry;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Telemetry;

/// <summary>Sends metrics and traces by OTLP, where OpenTelemetry's own variables say where to.</summary>
internal sealed class TelemetryExport : IDisposable
{
    /// <summary>OpenTelemetry's name of the variable that switches the export on; its others hold too.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    private TelemetryExport(MeterProvider metrics, TracerProvider traces)
    {
        _metrics = metrics;
        _traces = traces;
    }

    /// <summary>Meters of the gateway, of the engine, of Orleans and of the runtime.</summary>
    public static IReadOnlyList<string> Meters { get; } =
    [
        GatewayTelemetry.Name, EngineTelemetry.MeterName, "Microsoft.Orleans", "Microsoft.AspNetCore.Server.Kestrel",
        "System.Runtime",
    ];

    /// <summary>Sources of activities: a request's trace goes on through the grains that it asks. The web server's own activity
    /// is around all of them, and what is inside one that nobody listens to is not recorded. Orleans counts calls of our grains
    /// among its own, because their namespaces begin with its name.</summary>
    public static IReadOnlyList<string> Sources { get; } =
        ["Microsoft.AspNetCore", GatewayTelemetry.Name, "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Storage"];

    /// <summary>Starts the export; null where no endpoint is set.</summary>
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

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }
}
