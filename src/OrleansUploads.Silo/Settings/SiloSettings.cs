using System.Net;
using System.Net.Sockets;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>The settings of this process.</summary>
internal sealed record SiloSettings
{
    /// <summary>File handles for the connections to other silos, to clients of the cluster and to the database.</summary>
    private const int ReservedDescriptors = 1024;

    private static readonly Dictionary<string, ProcessRole> Roles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["silo"] = ProcessRole.Silo,
        ["gateway"] = ProcessRole.Gateway,
    };

    private static readonly Dictionary<string, bool> Switches = new(StringComparer.OrdinalIgnoreCase)
    {
        ["true"] = true,
        ["false"] = false,
    };

    private static readonly Dictionary<string, ClusterStore> Stores = new(StringComparer.OrdinalIgnoreCase)
    {
        ["postgres"] = ClusterStore.Postgres,
        ["azure"] = ClusterStore.Azure,
        ["localhost"] = ClusterStore.Localhost,
    };

    public required ProcessRole Role { get; init; }

    public required ClusterStore Store { get; init; }

    /// <summary>Empty if everything is in memory, or if the process logs in to <see cref="TableService"/> with an identity.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The table service of a storage account to which the process logs in with an identity, or null.</summary>
    public required Uri? TableService { get; init; }

    public required string ClusterId { get; init; }

    public required string ServiceId { get; init; }

    public required IPAddress AdvertisedAddress { get; init; }

    public required int SiloPort { get; init; }

    public required int ClientPort { get; init; }

    /// <summary>Null if the ports of the cluster have no TLS.</summary>
    public required TlsSettings? Tls { get; init; }

    public required IPEndPoint Listen { get; init; }

    /// <summary>Whether people can look at uploads with a browser.</summary>
    public required bool HasDashboard { get; init; }

    /// <summary>Null if the dashboard is served at <see cref="Listen"/> or not at all.</summary>
    public required IPEndPoint? DashboardListen { get; init; }

    /// <summary>Null if everything is in memory.</summary>
    public required string? PartsFolder { get; init; }

    /// <summary>Null if there is only one key pair.</summary>
    public required string? KeysFile { get; init; }

    /// <summary>Null if all key pairs are in the file.</summary>
    public required Credential? OnlyKey { get; init; }

    /// <summary>Options of the engine and of the gateway.</summary>
    public required ServiceOptions Service { get; init; }

    public required TimeSpan ProbeTimeout { get; init; }

    public required int MissedProbes { get; init; }

    /// <summary>Null for no load shedding.</summary>
    public required int? ShedLoadAtCpuPercent { get; init; }

    public required TimeSpan DrainDelay { get; init; }

    public required TimeSpan DrainTime { get; init; }

    /// <summary>Reads all settings.</summary>
    /// <exception cref="SettingException">Some settings are wrong; the message names all of them.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var store = reader.Choose(KnownSettings.Clustering, Stores);
        var role = reader.Choose(KnownSettings.Role, Roles);
        if (store == ClusterStore.Localhost && role == ProcessRole.Gateway)
        {
            reader.Add(
                $"{KnownSettings.Role.Variable}=gateway needs a cluster, but {KnownSettings.Clustering.Variable}=localhost is "
                + "one process with everything in memory. Use postgres or azure.");
        }

        var settings = new SiloSettings
        {
            Role = role ?? default,
            Store = store ?? default,
            ConnectionString = ReadConnectionString(reader, store),
            TableService = ReadTableService(reader, store),
            ClusterId = reader.Find(KnownSettings.ClusterId)!,
            ServiceId = reader.Find(KnownSettings.ServiceId)!,
            AdvertisedAddress = store is null or ClusterStore.Localhost ? IPAddress.Loopback : ReadAddress(reader),
            SiloPort = reader.ReadNumber(KnownSettings.SiloPort, 1, IPEndPoint.MaxPort),
            ClientPort = reader.ReadNumber(KnownSettings.ClientPort, 1, IPEndPoint.MaxPort),
            Tls = TlsSettings.Read(reader),
            Listen = reader.ReadEndPoint(KnownSettings.Listen),
            HasDashboard = reader.Choose(KnownSettings.Dashboard, Switches) ?? true,
            DashboardListen = reader.FindEndPoint(KnownSettings.DashboardListen),
            PartsFolder = ReadPartsFolder(reader, store),
            KeysFile = ReadKeysFile(reader),
            OnlyKey = ReadOnlyKey(reader),
            Service = ReadService(reader),
            ProbeTimeout = reader.ReadDuration(KnownSettings.ProbeTimeout, TimeSpan.FromSeconds(1)),
            MissedProbes = reader.ReadNumber(KnownSettings.MissedProbes, 1, 20),
            ShedLoadAtCpuPercent = reader.FindNumber(KnownSettings.ShedLoadAtCpuPercent, 1, 100),
            DrainDelay = reader.ReadDuration(KnownSettings.DrainDelay, TimeSpan.Zero),
            DrainTime = reader.ReadDuration(KnownSettings.DrainTime, TimeSpan.FromSeconds(1)),
        };
        reader.ThrowIfFlawed();

        // The images set an address, and the dashboard can still be turned off.
        return settings.HasDashboard ? settings : settings with { DashboardListen = null };
    }

    private static string ReadConnectionString(SettingsReader reader, ClusterStore? store)
    {
        if (store is null or ClusterStore.Localhost
            || (reader.Find(KnownSettings.TableService) is not null && reader.Find(KnownSettings.ConnectionString) is null))
        {
            return "";
        }

        var alternative = store == ClusterStore.Azure ? $" With an identity, set {KnownSettings.TableService.Variable} instead." : "";
        return reader.Require(
            KnownSettings.ConnectionString,
            $"{KnownSettings.Clustering.Variable} is {store.ToString()!.ToLowerInvariant()}, and this setting is required to reach the "
            + $"storage.{alternative} For tests in one process without storage, set {KnownSettings.Clustering.Variable}=localhost.");
    }

    private static Uri? ReadTableService(SettingsReader reader, ClusterStore? store)
    {
        if (reader.Find(KnownSettings.TableService) is not { } text)
        {
            return null;
        }

        if (store is not null and not ClusterStore.Azure)
        {
            reader.Add(
                $"{KnownSettings.TableService.Variable} is set, but {KnownSettings.Clustering.Variable} is "
                + $"{store.ToString()!.ToLowerInvariant()}. Remove it, or set {KnownSettings.Clustering.Variable}=azure.");
        }

        if (reader.Find(KnownSettings.ConnectionString) is not null)
        {
            reader.Add(
                $"{KnownSettings.ConnectionString.Variable} and {KnownSettings.TableService.Variable} are both set. Remove one of them.");
        }

        // A token is a secret that anybody on the way could use.
        if (Uri.TryCreate(text, UriKind.Absolute, out var service) && service.Scheme == Uri.UriSchemeHttps)
        {
            return service;
        }

        reader.AddInvalid(KnownSettings.TableService, text, "an address such as https://account.table.core.windows.net");
        return null;
    }

    private static ServiceOptions ReadService(SettingsReader reader)
    {
        var service = reader.ReadService();
        service.Gateway = service.Gateway with { ReservedDescriptors = ReservedDescriptors };
        return service;
    }

    private static string? ReadPartsFolder(SettingsReader reader, ClusterStore? store)
    {
        if (store is null)
        {
            return null;
        }

        if (store != ClusterStore.Localhost)
        {
            return reader.Require(
                KnownSettings.PartsFolder, "Set it to the folder for all bytes, which all silos and gateways share.");
        }

        // The journal is in memory, so after a restart all bytes in the folder would be unowned and collected.
        if (reader.Find(KnownSettings.PartsFolder) is { } folder)
        {
            reader.Add(
                $"{KnownSettings.PartsFolder.Variable} is '{folder}', but {KnownSettings.Clustering.Variable}=localhost keeps "
                + "everything in memory. Remove it, or use postgres or azure.");
        }

        return null;
    }

    private static string? ReadKeysFile(SettingsReader reader)
    {
        var path = reader.Find(KnownSettings.KeysFile);
        if (path is null && reader.Find(KnownSettings.AccessKeyId) is null)
        {
            reader.Add(
                $"No key pair is configured, so clients cannot sign requests. Set {KnownSettings.KeysFile.Variable} to a file created by "
                + $"'orleans-uploads keys add --create', or set {KnownSettings.AccessKeyId.Variable} and "
                + $"{KnownSettings.SecretAccessKey.FileVariable}.");
        }

        if (path is not null && !File.Exists(path))
        {
            reader.Add($"{KnownSettings.KeysFile.Variable}: the file {path} does not exist or cannot be read.");
        }

        return path;
    }

    private static Credential? ReadOnlyKey(SettingsReader reader)
    {
        var account = reader.Find(KnownSettings.Account)!;
        if (!AccountId.TryParse(account, out var parsed))
        {
            reader.AddInvalid(KnownSettings.Account, account, "12 digits");
        }

        var id = reader.Find(KnownSettings.AccessKeyId);
        var secret = reader.Find(KnownSettings.SecretAccessKey);
        if ((id is null) != (secret is null))
        {
            reader.Add(
                $"{KnownSettings.AccessKeyId.Variable} and {KnownSettings.SecretAccessKey.Variable} must be set together.");
        }

        return id is null || secret is null ? null : new Credential(id, secret, parsed);
    }

    private static IPAddress ReadAddress(SettingsReader reader)
    {
        var setting = KnownSettings.AdvertisedAddress;
        var name = reader.Find(setting);
        if (name is not null && IPAddress.TryParse(name, out var address))
        {
            if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            {
                reader.AddInvalid(setting, name, "one address that the other silos can reach, not all addresses");
            }

            return address;
        }

        try
        {
            var addresses = Dns.GetHostAddresses(name ?? Dns.GetHostName());
            if (Array.Find(addresses, IsReachable) is { } found)
            {
                return found;
            }
        }
        catch (SocketException)
        {
            // The message below tells the operator what to do.
        }

        reader.Add(name is null
            ? $"{setting.Variable} is not set, and the name of this host has no address that other silos can reach. Set it to an "
                + "address that they can reach."
            : $"{setting.Variable} is '{name}'. This name has no address that other silos can reach. Set it to an address that "
                + "they can reach.");
        return IPAddress.None;
    }

    private static bool IsReachable(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address);
}
