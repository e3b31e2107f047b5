using System.Net;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Settings;

using static OrleansUploads.Gateway.Settings.Setting;

namespace OrleansUploads.Silo.Settings;

/// <summary>All settings. The process does not start with any other name in the section, because a mistyped setting would
/// have no effect.</summary>
/// <remarks>Each is declared here, and nowhere else: its variable, its range, what the help and the handbook say. Its default is that of
/// <see cref="SiloSettings"/>, which also has the rules for several settings.</remarks>
internal static class KnownSettings
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    public static readonly Setting<SiloSettings> Role = Choice(
        "Role", "`silo`: gateway and silo in one process. `gateway`: the gateway alone, as a client of the cluster.",
        (SiloSettings settings) => settings.Role, (settings, value) => settings.Role = value);

    public static readonly Setting<SiloSettings> Clustering = Choice(
        "Clustering",
        "Where membership, journals and reminders are kept: `postgres`, `azure` (Azure Storage), or `localhost` (one process, "
        + "everything in memory, for trying things out).",
        (SiloSettings settings) => settings.Store, (settings, value) => settings.Store = value);

    public static readonly Setting<SiloSettings> ConnectionString = Related(
        "ConnectionString", "How to reach PostgreSQL or Azure Storage.") with
    { IsSecret = true };

    public static readonly Setting<SiloSettings> TableService = Of(
        "TableService",
        "Instead of a connection string, the table service of an Azure storage account, such as "
        + "https://account.table.core.windows.net. The process logs in with its managed identity, its workload identity or the "
        + "variables of Azure.Identity.",
        (SiloSettings settings) => settings.TableService?.ToString(),
        // A token is a secret that anybody on the way could use.
        static text => Uri.TryCreate(text, UriKind.Absolute, out var service) && service.Scheme == Uri.UriSchemeHttps
            ? (service, (string?)null) : (null!, "an address such as https://account.table.core.windows.net"),
        (settings, value) => settings.TableService = value);

    public static readonly Setting<SiloSettings> ClusterId = Text(
        "ClusterId", "Silos with the same cluster ID form a cluster. That of a restored or cloned cluster gets a suffix of its own.",
        (SiloSettings settings) => settings.ClusterId, (settings, value) => settings.ClusterId = value);

    public static readonly Setting<SiloSettings> ServiceId = Text(
        "ServiceId", "Part of the key of everything that is stored. Never change it.",
        (SiloSettings settings) => settings.ServiceId, (settings, value) => settings.ServiceId = value);

    public static readonly Setting<SiloSettings> AdvertisedAddress = Related(
        "AdvertisedAddress", "IP address or name at which the other silos reach this one. The silo listens for them only there. "
        + "If it is not set, the address of the host's own name.");

    public static readonly Setting<SiloSettings> SiloPort = Number(
        "SiloPort", "Port for the other silos. Keep it private.",
        1, IPEndPoint.MaxPort,
        (SiloSettings settings) => settings.SiloPort, (settings, value) => settings.SiloPort = value);

    public static readonly Setting<SiloSettings> ClientPort = Number(
        "ClientPort", "Port for gateways and ingestion nodes that are clients of the cluster. Keep it private.",
        1, IPEndPoint.MaxPort,
        (SiloSettings settings) => settings.ClientPort, (settings, value) => settings.ClientPort = value);

    public static readonly Setting<SiloSettings> TlsCertificate = Related(
        "TlsCertificate",
        "PEM file with the certificate for the ports of the cluster. With it, silos and their clients speak TLS and show each other "
        + "certificates. It is read again when it changes.");

    public static readonly Setting<SiloSettings> TlsKey = Related(
        "TlsKey", "PEM file with the private key of this certificate.");

    public static readonly Setting<SiloSettings> TlsAuthority = Related(
        "TlsAuthority", "PEM file with the certificate of the authority that issues the certificates of the cluster. No other authority counts.");

    public static readonly Setting<SiloSettings> TlsSiloName = Text(
        "TlsSiloName", "DNS name that the certificates of silos and gateways have, and no others; the same on all silos.",
        (SiloSettings settings) => settings.TlsSiloName, (settings, value) => settings.TlsSiloName = value);

    public static readonly Setting<SiloSettings> Listen = EndPoint(
        "Listen", "Address and port of the vault API and of S3.",
        (SiloSettings settings) => settings.Listen, (settings, value) => settings.Listen = value);

    public static readonly Setting<SiloSettings> Dashboard = Choice(
        "Dashboard", "Whether the dashboard is served: `true` or `false`.",
        [true, false], (SiloSettings settings) => settings.HasDashboard, (settings, value) => settings.HasDashboard = value);

    public static readonly Setting<SiloSettings> DashboardListen = EndPoint(
        "DashboardListen", "Address and port at which the dashboard is served, and nowhere else. If it is not set, that of the vault API.",
        (SiloSettings settings) => settings.DashboardListen, (settings, value) => settings.DashboardListen = value);

    public static readonly Setting<SiloSettings> PartsFolder = Related(
        "PartsFolder",
        "The folder for all bytes; the same folder on all silos and gateways, on a shared file system. Or set Parts to an object store.");

    public static readonly Setting<SiloSettings> KeysFile = Related(
        "KeysFile", "File with key pairs, in the format of `orleans-uploads keys`. Changes take effect within a second.");

    public static readonly Setting<SiloSettings> AccessKeyId = Related(
        "AccessKeyId", "The access key ID of a single key pair without a file.");

    public static readonly Setting<SiloSettings> SecretAccessKey = Related(
        "SecretAccessKey", "The secret access key of a single key pair without a file.") with
    { IsSecret = true };

    public static readonly Setting<SiloSettings> Account = Of(
        "Account", "The account of the operators and of the single key pair, 12 digits. In the dashboard, only its keys without limits see "
        + "the silos and the collector.",
        (SiloSettings settings) => settings.Account.ToString(),
        static text => AccountId.TryParse(text, out var account) ? (account, (string?)null) : (default, "12 digits"),
        (settings, value) => settings.Account = value);

    public static readonly Setting<SiloSettings> ProbeTimeout = Duration(
        "ProbeTimeout", "A silo misses a probe if it does not answer within this time; the same on all silos.",
        OneSecond, (SiloSettings settings) => settings.ProbeTimeout, (settings, value) => settings.ProbeTimeout = value);

    public static readonly Setting<SiloSettings> MissedProbes = Number(
        "MissedProbes", "A silo is removed from the cluster after this many missed probes in a row; the same on all silos.",
        1, 20, (SiloSettings settings) => settings.MissedProbes, (settings, value) => settings.MissedProbes = value);

    public static readonly Setting<SiloSettings> ShedLoadAtCpuPercent = Number(
        "ShedLoadAtCpuPercent", "A silo rejects clients of the cluster above this processor load, 1 to 100. Off if it is not set.",
        1, 100,
        (SiloSettings settings) => settings.ShedLoadAtCpuPercent, (settings, value) => settings.ShedLoadAtCpuPercent = value);

    public static readonly Setting<SiloSettings> DrainDelay = Duration(
        "DrainDelay", "How long the process keeps serving after the stop signal, while readiness is already red.",
        TimeSpan.Zero, (SiloSettings settings) => settings.DrainDelay, (settings, value) => settings.DrainDelay = value);

    public static readonly Setting<SiloSettings> DrainTime = Duration(
        "DrainTime", "How long running requests may take after that.",
        OneSecond, (SiloSettings settings) => settings.DrainTime, (settings, value) => settings.DrainTime = value);

    /// <summary>The variable that names an object store for the bytes.</summary>
    public static string PartsVariable { get; } = OfService(ServiceSettings.Parts).Variable;

    /// <summary>All settings: those of a silo and those that it shares with <c>serve</c>.</summary>
    public static readonly IReadOnlyList<Setting<SiloSettings>> All =
    [
        Role, Clustering, ConnectionString, TableService, ClusterId, ServiceId, AdvertisedAddress, SiloPort, ClientPort, TlsCertificate,
        TlsKey, TlsAuthority, TlsSiloName, Listen, Dashboard, DashboardListen, PartsFolder, KeysFile, AccessKeyId,
        SecretAccessKey, Account, ProbeTimeout, MissedProbes, ShedLoadAtCpuPercent, DrainDelay, DrainTime,
        .. ServiceSettings.All.Select(OfService),
    ];

    /// <summary>Creates a setting that <c>serve</c> also has.</summary>
    public static Setting<SiloSettings> OfService(Setting<ServiceOptions> setting) => new(
        setting.Name,
        setting.IsSameOnAllSilos ? $"{setting.Meaning.TrimEnd('.')}; the same on all silos." : setting.Meaning,
        settings => setting.Show(settings.Service),
        (settings, text) => setting.Apply(settings.Service, text))
    { IsSecret = setting.IsSecret };

    /// <summary>A setting whose value depends on other settings. <see cref="SiloSettings"/> reads it.</summary>
    private static Setting<SiloSettings> Related(string name, string meaning) =>
        new(name, meaning, _ => null, (_, _) => null) { IsRelated = true };
}
