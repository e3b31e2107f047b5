using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Cluster.Nodes;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>The settings of TLS on the ports of the cluster.</summary>
/// <param name="Files">The certificates.</param>
/// <param name="NodesFile">The list of ingestion nodes, or null if none may connect.</param>
internal sealed record TlsSettings(TlsFiles Files, string? NodesFile)
{
    /// <summary>Reads the settings.</summary>
    /// <returns>Null if the cluster has no TLS.</returns>
    public static TlsSettings? Read(SettingsReader reader, string siloName)
    {
        Setting<SiloSettings>[] all = [KnownSettings.TlsCertificate, KnownSettings.TlsKey, KnownSettings.TlsAuthority];
        var missing = Array.FindAll(all, setting => reader.Find(setting) is null);
        var nodes = reader.Find(KnownSettings.NodesFile);
        if (missing.Length == all.Length)
        {
            if (nodes is not null)
            {
                reader.Add(
                    $"{KnownSettings.NodesFile.Variable} is set, but without TLS everyone who reaches the ports of the cluster can call "
                    + $"everything. Set {string.Join(", ", all.Select(static setting => setting.Variable))}, too.");
            }

            return null;
        }

        foreach (var setting in missing)
        {
            reader.Add($"{setting.Variable} is missing. TLS needs certificate, key and authority; set all of them or none.");
        }

        return new TlsSettings(
            new TlsFiles(
                reader.Find(KnownSettings.TlsCertificate) ?? "",
                reader.Find(KnownSettings.TlsKey) ?? "",
                reader.Find(KnownSettings.TlsAuthority) ?? "")
            { SiloName = siloName },
            nodes);
    }

    /// <summary>Checks that the files can be used, before the process uses them.</summary>
    /// <exception cref="SettingException">A file cannot be used; the message says why.</exception>
    public void Require()
    {
        try
        {
            _ = new ClusterCertificates(Files, isSilo: true, TimeProvider.System, NullLogger<ClusterCertificates>.Instance);
            _ = new NodeGrants(NodesFile, TimeProvider.System, NullLogger<NodeGrants>.Instance);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SettingException($"The ports of the cluster cannot use TLS: {fault.Message}", fault);
        }
    }
}
