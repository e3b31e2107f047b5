using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>The settings of TLS on the ports of the cluster.</summary>
internal static class TlsSettings
{
    /// <summary>Reads the settings.</summary>
    /// <returns>The certificates, or null if the cluster has no TLS.</returns>
    public static TlsFiles? Read(SettingsReader reader, string siloName)
    {
        Setting<SiloSettings>[] all = [KnownSettings.TlsCertificate, KnownSettings.TlsKey, KnownSettings.TlsAuthority];
        var missing = Array.FindAll(all, setting => reader.Find(setting) is null);
        if (missing.Length == all.Length)
        {
            return null;
        }

        foreach (var setting in missing)
        {
            reader.Add($"{setting.Variable} is missing. TLS needs certificate, key and authority; set all of them or none.");
        }

        return new TlsFiles(
            reader.Find(KnownSettings.TlsCertificate) ?? "",
            reader.Find(KnownSettings.TlsKey) ?? "",
            reader.Find(KnownSettings.TlsAuthority) ?? "")
        { SiloName = siloName };
    }

    /// <summary>Checks that the files, if there are any, can be used, before the process uses them.</summary>
    /// <exception cref="SettingException">A file cannot be used; the message says why.</exception>
    public static void Require(TlsFiles? files)
    {
        try
        {
            _ = files is null
                ? null
                : new ClusterCertificates(files, isSilo: true, TimeProvider.System, NullLogger<ClusterCertificates>.Instance);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SettingException($"The ports of the cluster cannot use TLS: {fault.Message}", fault);
        }
    }
}
