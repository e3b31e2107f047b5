using System.Net;
using OrleansUploads.Gateway.Settings;

using static OrleansUploads.Silo.Settings.SettingValue;

namespace OrleansUploads.Silo.Settings;

/// <summary>All settings. The process does not start with any other name in the section, because a mistyped setting would
/// have no effect.</summary>
/// <remarks>Each is declared here, and nowhere else: its variable, its range, what the help and the handbook say. Its default is that of
/// <see cref="SiloSettings"/>, which also has the rules for several settings.</remarks>
internal static class KnownSettings
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    public static readonly Setting Role = new(
        "Role", "`silo`: gateway and silo in one process. `gateway`: the gateway alone, as a client of the cluster.",
        Choice(Enum.GetValues<ProcessRole>(), settings => settings.Role));

    public static readonly Setting Clustering = new(
        "Clustering",
        "Where membership, journals and reminders are kept: `postgres`, `azure` (Azure Storage), or `localhost` (one process, "
        + "everything in memory, for trying things out).",
        Choice(Enum.GetValues<ClusterStore>(), settings => settings.Store));

    public static readonly Setting ConnectionString = new(
        "ConnectionString", "How to reach PostgreSQL or Azure Storage.", IsSecret: true);

    public static readonly Setting TableService = new(
        "TableService",
        "Instead of a connection string, the table service of an Azure storage account, such as "
        + "https://account.table.core.windows.net. The process logs in with its managed identity, its workload identity or the "
        + "variables of Azure.Identity.");

    public static readonly Setting ClusterId = new(
        "ClusterId", "Silos with the same cluster ID form a cluster.",
        Text(settings => settings.ClusterId));

    public static readonly Setting ServiceId = new(
        "ServiceId", "Part of the key of everything that is stored. Never change it.",
        Text(settings => settings.ServiceId));

    public static readonly Setting AdvertisedAddress = new(
        "AdvertisedAddress", "IP address or name at which the other silos reach this one. The silo listens for them only there. "
        + "If it is not set, the address of the host's own name.");

    public static readonly Setting SiloPort = new(
        "SiloPort", "Port for the other silos. Keep it private.",
        Number(1, IPEndPoint.MaxPort, settings => settings.SiloPort));

    public static readonly Setting ClientPort = new(
        "ClientPort", "Port for gateways and ingestion nodes that are clients of the cluster. Keep it private.",
        Number(1, IPEndPoint.MaxPort, settings => settings.ClientPort));

    public static readonly Setting TlsCertificate = new(
        "TlsCertificate",
        "PEM file with the certificate for the ports of the cluster. With it, silos and their clients speak TLS and show each other "
        + "certificates. It is read again when it changes.");

    public static readonly Setting TlsKey = new("TlsKey", "PEM file with the private key of this certificate.");

    public static readonly Setting TlsAuthority = new(
        "TlsAuthority", "PEM file with the certificate of the authority that issues the certificates of the cluster. No other authority counts.");

    public static readonly Setting TlsSiloName = new(
        "TlsSiloName", "DNS name that the certificates of silos and gateways have, and no others; the same on all silos.",
        Text(settings => settings.TlsSiloName));

    public static readonly Setting NodesFile = new(
        "NodesFile",
        "File that lists the ingestion nodes that may connect, and what each may do. Needs TLS. Without it, none may. Changes take effect "
        + "within two seconds.");

    public static readonly Setting Listen = new(
        "Listen", "Address and port of the vault API and of S3.",
        EndPoint(settings => settings.Listen));

    public static readonly Setting Dashboard = new(
        "Dashboard", "Whether the dashboard is served: `true` or `false`.",
        Choice([true, false], settings => settings.HasDashboard));

    public static readonly Setting DashboardListen = new(
        "DashboardListen", "Address and port at which the dashboard is served, and nowhere else. If it is not set, that of the vault API.",
        EndPoint(settings => settings.DashboardListen));

    public static readonly Setting PartsFolder = new(
        "PartsFolder",
        "The folder for all bytes; the same folder on all silos and gateways, on a shared file system. Or set Parts to an object store.");

    public static readonly Setting KeysFile = new(
        "KeysFile", "File with key pairs, in the format of `orleans-uploads keys`. Changes take effect within a second.");

    public static readonly Setting AccessKeyId = new("AccessKeyId", "The access key ID of a single key pair without a file.");

    public static readonly Setting SecretAccessKey = new(
        "SecretAccessKey", "The secret access key of a single key pair without a file.", IsSecret: true);

    public static readonly Setting Account = new(
        "Account", "The account of the single key pair, 12 digits.",
        Account(settings => settings.Account));

    public static readonly Setting ProbeTimeout = new(
        "ProbeTimeout", "A silo misses a probe if it does not answer within this time; the same on all silos.",
        Duration(OneSecond, settings => settings.ProbeTimeout));

    public static readonly Setting MissedProbes = new(
        "MissedProbes", "A silo is removed from the cluster after this many missed probes in a row; the same on all silos.",
        Number(1, 20, settings => settings.MissedProbes));

    public static readonly Setting ShedLoadAtCpuPercent = new(
        "ShedLoadAtCpuPercent", "A silo rejects clients of the cluster above this processor load, 1 to 100. Off if it is not set.",
        Number(1, 100, settings => settings.ShedLoadAtCpuPercent));

    public static readonly Setting DrainDelay = new(
        "DrainDelay", "How long the process keeps serving after the stop signal, while readiness is already red.",
        Duration(TimeSpan.Zero, settings => settings.DrainDelay));

    public static readonly Setting DrainTime = new(
        "DrainTime", "How long running requests may take after that.",
        Duration(OneSecond, settings => settings.DrainTime));

    /// <summary>The variable that names an object store for the bytes.</summary>
    public static string PartsVariable { get; } = Setting.Of(ServiceSettings.Parts).Variable;

    /// <summary>All settings: those of a silo and those that it shares with <c>serve</c>.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        Role, Clustering, ConnectionString, TableService, ClusterId, ServiceId, AdvertisedAddress, SiloPort, ClientPort, TlsCertificate,
        TlsKey, TlsAuthority, TlsSiloName, NodesFile, Listen, Dashboard, DashboardListen, PartsFolder, KeysFile, AccessKeyId,
        SecretAccessKey, Account, ProbeTimeout, MissedProbes, ShedLoadAtCpuPercent, DrainDelay, DrainTime,
        .. ServiceSettings.All.Select(Setting.Of),
    ];
}
