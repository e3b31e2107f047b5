using System.Net;
using System.Net.Sockets;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Credentials;
using OrleansUploads.Gateway.Notifications;

namespace OrleansUploads.Silo.Settings;

/// <summary>What a process is in the cluster.</summary>
internal enum ProcessRole
{
    /// <summary>Gateway and silo.</summary>
    Silo,

    /// <summary>The gateway alone.</summary>
    Gateway,
}

/// <summary>Where a cluster keeps its membership, its journals and its reminders.</summary>
internal enum ClusterStore
{
    /// <summary>In memory, for one process.</summary>
    Localhost,

    /// <summary>In PostgreSQL.</summary>
    Postgres,

    /// <summary>In Azure Storage.</summary>
    Azure,
}

/// <summary>How this process is set up.</summary>
internal sealed record SiloSettings
{
    private static readonly Dictionary<string, ProcessRole> Roles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["silo"] = ProcessRole.Silo,
        ["gateway"] = ProcessRole.Gateway,
    };

    private static readonly Dictionary<string, ClusterStore> Stores = new(StringComparer.OrdinalIgnoreCase)
    {
        ["azure"] = ClusterStore.Azure,
        ["postgres"] = ClusterStore.Postgres,
        ["localhost"] = ClusterStore.Localhost,
    };

    private static readonly Dictionary<string, InventorySchedule> Inventories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["current"] = InventorySchedule.Current,
        ["daily"] = InventorySchedule.Daily,
    };

    public required ProcessRole Role { get; init; }

    public required ClusterStore Store { get; init; }

    /// <summary>Empty where everything is in memory.</summary>
    public required string ConnectionString { get; init; }

    public required string ClusterId { get; init; }

    public required string ServiceId { get; init; }

    public required IPAddress AdvertisedAddress { get; init; }

    public required int SiloPort { get; init; }

    public required int ClientPort { get; init; }

    public required IPEndPoint Listen { get; init; }

    /// <summary>Null where everything is in memory.</summary>
    public required string? PartsFolder { get; init; }

    public required string Region { get; init; }

    /// <summary>Null where there is one key pair only.</summary>
    public required string? KeysFile { get; init; }

    /// <summary>Null where there is a file only.</summary>
    public required Credential? OnlyKey { get; init; }

    /// <summary>Who hears of finished jobs.</summary>
    public required TopicReceivers Receivers { get; init; }

    public required ClusterOptions Cluster { get; init; }

    public required TimeSpan ProbeTimeout { get; init; }

    public required int MissedProbes { get; init; }

    /// <summary>Null for no load shedding.</summary>
    public required int? ShedLoadAtCpuPercent { get; init; }

    public required TimeSpan DrainDelay { get; init; }

    public required TimeSpan DrainTime { get; init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="SettingException">They are impossible; the message says what to do.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var store = reader.Choose(KnownSettings.Clustering, Stores);
        var role = reader.Choose(KnownSettings.Role, Roles);
        if (store == ClusterStore.Localhost && role == ProcessRole.Gateway)
        {
            throw new SettingException(
                $"{KnownSettings.Role.Variable}=gateway needs a cluster, and {KnownSettings.Clustering.Variable}=localhost is "
                + "one process with everything in its memory. Use postgres or azure.");
        }

        return new SiloSettings
        {
            Role = role,
            Store = store,
            ConnectionString = store == ClusterStore.Localhost ? "" : reader.Require(
                KnownSettings.ConnectionString,
                $"{KnownSettings.Clustering.Variable} is {store.ToString().ToLowerInvariant()}, so it says how to reach the "
                + $"storage; to try things out in one process without any, set {KnownSettings.Clustering.Variable}=localhost."),
            ClusterId = reader.Find(KnownSettings.ClusterId)!,
            ServiceId = reader.Find(KnownSettings.ServiceId)!,
            AdvertisedAddress = store == ClusterStore.Localhost ? IPAddress.Loopback : ReadAddress(reader),
            SiloPort = reader.Number(KnownSettings.SiloPort, 1, IPEndPoint.MaxPort),
            ClientPort = reader.Number(KnownSettings.ClientPort, 1, IPEndPoint.MaxPort),
            Listen = reader.EndPoint(KnownSettings.Listen),
            PartsFolder = ReadPartsFolder(reader, store),
            Region = reader.Find(KnownSettings.Region)!,
            KeysFile = ReadKeysFile(reader),
            OnlyKey = ReadOnlyKey(reader),
            Receivers = ReadReceivers(reader),
            Cluster = ReadCluster(reader),
            ProbeTimeout = reader.Duration(KnownSettings.ProbeTimeout, TimeSpan.FromSeconds(1)),
            MissedProbes = reader.Number(KnownSettings.MissedProbes, 1, 20),
            ShedLoadAtCpuPercent = reader.FindNumber(KnownSettings.ShedLoadAtCpuPercent, 1, 100),
            DrainDelay = reader.Duration(KnownSettings.DrainDelay, TimeSpan.Zero),
            DrainTime = reader.Duration(KnownSettings.DrainTime, TimeSpan.FromSeconds(1)),
        };
    }

    private static ClusterOptions ReadCluster(SettingsReader reader)
    {
        var retrievals = ReadRetrievals(reader);
        return new ClusterOptions
        {
            Uploads = new UploadPolicy
            {
                StaleAfter = reader.Duration(KnownSettings.StaleAfter, UploadPolicy.MinStaleAfter),
                DeletedArchiveGrace = UploadPolicy.GraceFor(retrievals),
            },
            Retrievals = retrievals,
            Accounts = new() { MaxVaults = reader.Number(KnownSettings.MaxVaults, 1, int.MaxValue) },
            Inventories = reader.Choose(KnownSettings.Inventory, Inventories),
            Maintenance = new()
            {
                AttemptGrace = reader.Duration(KnownSettings.CollectGrace, TimeSpan.Zero),
                CollectInterval = reader.Duration(KnownSettings.CollectInterval, TimeSpan.FromSeconds(1)),
            },
        };
    }

    private static RetrievalPolicy ReadRetrievals(SettingsReader reader) =>
        RetrievalDelays.TryParse(Words(reader, KnownSettings.RetrievalDelay), out var policy, out var wrong)
            ? policy
            : throw SettingsReader.Impossible(KnownSettings.RetrievalDelay, wrong, RetrievalDelays.Form);

    private static TopicReceivers ReadReceivers(SettingsReader reader) =>
        TopicReceivers.TryParse(Words(reader, KnownSettings.Notify), out var receivers, out var flaw)
            ? receivers
            : throw new SettingException($"{KnownSettings.Notify.Variable}: {flaw}");

    private static string[] Words(SettingsReader reader, Setting setting) =>
        (reader.Find(setting) ?? "").Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);

    private static string? ReadPartsFolder(SettingsReader reader, ClusterStore store)
    {
        if (store != ClusterStore.Localhost)
        {
            return reader.Require(
                KnownSettings.PartsFolder, "It names the folder of all bytes, which all silos and gateways share.");
        }

        // The journal is in memory, so at the next start every byte in the folder would be nobody's and be collected.
        return reader.Find(KnownSettings.PartsFolder) is not { } folder ? null
            : throw new SettingException(
                $"{KnownSettings.PartsFolder.Variable} is {folder}, but {KnownSettings.Clustering.Variable}=localhost keeps "
                + "everything in memory. Take it away, or use postgres or azure.");
    }

    private static string? ReadKeysFile(SettingsReader reader)
    {
        if (reader.Find(KnownSettings.KeysFile) is not { } path)
        {
            return reader.Find(KnownSettings.AccessKeyId) is not null ? null
                : throw new SettingException(
                    $"Nobody could sign a request. Set {KnownSettings.KeysFile.Variable} to a file that 'orleans-uploads keys add' "
                    + $"has made, or {KnownSettings.AccessKeyId.Variable} with {KnownSettings.SecretAccessKey.FileVariable}.");
        }

        return File.Exists(path) ? path
            : throw new SettingException($"{KnownSettings.KeysFile.Variable}: there is no file {path}, or it may not be read.");
    }

    private static Credential? ReadOnlyKey(SettingsReader reader)
    {
        var account = reader.Find(KnownSettings.Account)!;
        if (!AccountId.TryParse(account, out var parsed))
        {
            throw SettingsReader.Impossible(KnownSettings.Account, account, "12 digits");
        }

        var id = reader.Find(KnownSettings.AccessKeyId);
        var secret = reader.Find(KnownSettings.SecretAccessKey);
        return (id, secret) switch
        {
            (null, null) => null,
            ({ }, { }) => new Credential(id, secret, parsed),
            _ => throw new SettingException(
                $"{KnownSettings.AccessKeyId.Variable} and {KnownSettings.SecretAccessKey.Variable} go together: "
                + "set both or none."),
        };
    }

    private static IPAddress ReadAddress(SettingsReader reader)
    {
        var setting = KnownSettings.AdvertisedAddress;
        var name = reader.Find(setting);
        if (name is not null && IPAddress.TryParse(name, out var address))
        {
            return !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
                ? address
                : throw SettingsReader.Impossible(setting, name, "one address that the other silos can reach, not all of them");
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
            // The message below says what to do.
        }

        throw new SettingException(name is null
            ? $"{setting.Variable} is not set, and this host's name stands for no address that other silos could reach. Set it."
            : $"{setting.Variable} is '{name}', which stands for no address that other silos could reach.");
    }

    private static bool IsReachable(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address);
}
