using OrleansUploads.Gateway.Hosting;

namespace OrleansUploads.Silo.Telemetry;

/// <summary>What a silo exports besides the gateway and the engine: Orleans.</summary>
internal static class SiloTelemetry
{
    private static readonly string[] Meters = ["Microsoft.Orleans"];

    /// <summary>A trace covers a request and all grain calls that it makes. Grain calls of this project appear in the Orleans runtime's
    /// source, because their namespaces start with Orleans.</summary>
    private static readonly string[] Sources = ["Microsoft.Orleans.Runtime", "Microsoft.Orleans.Storage"];

    /// <summary>Starts the export. Returns null if no endpoint is configured.</summary>
    /// <exception cref="SettingException">A variable of OpenTelemetry is wrong.</exception>
    public static TelemetryExport? Start(IConfiguration configuration, SiloSettings settings)
    {
        try
        {
            return TelemetryExport.Start(
                name => configuration[name], $"{settings.AdvertisedAddress}:{settings.SiloPort}", Meters, Sources);
        }
        catch (InvalidDataException fault)
        {
            throw new SettingException(fault.Message, fault);
        }
    }
}
