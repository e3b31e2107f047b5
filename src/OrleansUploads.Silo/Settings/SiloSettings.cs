using System.Net;
using System.Net.Sockets;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Settings;
using OrleansUploads.Silo.Identity;

namespace OrleansUploads.Silo.Settings;

/// <summary>The settings of this process.</summary>
internal sealed record SiloSettings
{
    /// <summary>File handles for the connections to other silos, to clients of the cluster and to the database.</summary>
    private const int ReservedDescriptors = 1024;

    public ProcessRole Role { get; set; } = ProcessRole.Silo;

    public ClusterStore Store { get; set; } = ClusterStore.Postgres;

    /// <summary>Empty if everything is in memory, or if the process logs in to <see cref="TableService"/> with an identity.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The table service of a storage account to which the process logs in with an identity, or null.</summary>
    public Uri? TableService { get; set; }

    public string ClusterId { get; set; } = "orleans-uploads";

    public string ServiceId { get; set; } = "orleans-uploads";

    /// <summary>What distinguishes the decisions of the cluster from all copies of them. Null until the stores are open, and if everything is in
    /// memory.</summary>
    public string? Identity { get; set; }

    public IPAddress AdvertisedAddress { get; set; } = IPAddress.Loopback;

    public int SiloPort { get; set; } = 11111;

    public int ClientPort { get; set; } = 30000;

    public string TlsSiloName { get; set; } = TlsFiles.DefaultSiloName;

    /// <summary>Null if the ports of the cluster have no TLS.</summary>
    public TlsFiles? Tls { get; set; }

    public IPEndPoint Listen { get; set; } = new(IPAddress.Any, 9400);

    /// <summary>Whether people can look at uploads with a browser.</summary>
    public bool HasDashboard { get; set; } = true;

    /// <summary>Null if the dashboard is served at <see cref="Listen"/> or not at all.</summary>
    public IPEndPoint? DashboardListen { get; set; }

    /// <summary>Null if everything is in memory, or the bytes are in an object store.</summary>
    public string? PartsFolder { get; set; }

    /// <summary>Where the bytes are, or null if everything is in memory.</summary>
    public string? PartsPlace => PartsFolder ?? Service.Parts?.ToString();

    /// <summary>Where the bytes are, so that another place has another name, or null if everything is in memory.</summary>
    public string? PartsAddress =>
        PartsFolder is { } folder ? Path.GetFullPath(folder)
        : Service.PartsAddress is { Endpoint: { } endpoint } address ? $"{address} at {endpoint}"
        : PartsPlace;

    /// <summary>Null if there is only one key pair.</summary>
    public string? KeysFile { get; set; }

    /// <summary>The account of <see cref="OnlyKey"/>.</summary>
    public AccountId Account { get; set; } = KeyPair.DefaultAccountId;

    /// <summary>Null if all key pairs are in the file.</summary>
    public Credential? OnlyKey { get; set; }

    /// <summary>Options of the engine and of the gateway.</summary>
    public ServiceOptions Service { get; } = new();

    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(3);

    public int MissedProbes { get; set; } = 3;

    /// <summary>Null for no load shedding.</summary>
    public int? ShedLoadAtCpuPercent { get; set; }

    public TimeSpan DrainDelay { get; set; } = TimeSpan.Zero;

    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Adds the file beside the program, the environment and the command line to a configuration, and reads all settings.</summary>
    /// <exception cref="SettingException">Some settings are wrong; the message names all of them.</exception>
    public static SiloSettings Read(ConfigurationManager configuration, string[] arguments)
    {
        configuration
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false)
            .AddEnvironmentVariables()
            .AddCommandLine(arguments);
        return Read(configuration);
    }

    /// <summary>Reads all settings.</summary>
    /// <exception cref="SettingException">Some settings are wrong; the message names all of them.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var settings = new SiloSettings();
        foreach (var setting in KnownSettings.All)
        {
            reader.Apply(setting, settings);
        }

        settings.Tls = TlsSettings.Read(reader, settings.TlsSiloName);
        settings.KeysFile = ReadKeysFile(reader);
        settings.OnlyKey = ReadOnlyKey(reader, settings.Account);
        settings.CheckTableService(reader);
        if (reader.IsValid(KnownSettings.Clustering))
        {
            settings.ReadStore(reader);
        }

        reader.ThrowIfFlawed();
        settings.Service.Gateway = settings.Service.Gateway with
        {
            ReservedDescriptors = ReservedDescriptors,
            OperatorAccount = settings.Account,
        };
        if (!settings.HasDashboard)
        {
            // The images set an address, and the dashboard can still be turned off.
            settings.DashboardListen = null;
        }

        return settings;
    }

    /// <summary>Takes the identity of the cluster, on which its cluster ID depends.</summary>
    public void Use(ClusterIdentity identity) => (Identity, ClusterId) = (identity.Id, identity.NameOf(ClusterId));

    /// <summary>Reads the settings that depend on the store.</summary>
    private void ReadStore(SettingsReader reader)
    {
        if (Store != ClusterStore.Localhost)
        {
            ConnectionString = ReadConnectionString(reader, Store);
            AdvertisedAddress = ReadAddress(reader);
            ReadParts(reader);
            return;
        }

        if (Role == ProcessRole.Gateway)
        {
            reader.Add(
                $"{KnownSettings.Role.Variable}=gateway needs a cluster, but {KnownSettings.Clustering.Variable}=localhost is "
                + "one process with everything in memory. Use postgres or azure.");
        }

        // The journal is in memory, so after a restart all stored bytes would be unowned and collected.
        if (reader.Find(KnownSettings.PartsFolder) is { } folder)
        {
            RefuseOnLocalhost(KnownSettings.PartsFolder.Variable, folder);
        }

        if (Service.Parts is { } parts)
        {
            RefuseOnLocalhost(KnownSettings.PartsVariable, parts.ToString());
        }

        void RefuseOnLocalhost(string variable, string value) => reader.Add(
            $"{variable} is '{value}', but {KnownSettings.Clustering.Variable}=localhost keeps everything in memory. Remove it, or use "
            + "postgres or azure.");
    }

    /// <summary>Reads where the bytes are: in a shared folder or in an object store.</summary>
    private void ReadParts(SettingsReader reader)
    {
        if (Service.Parts is null)
        {
            PartsFolder = reader.Require(
                KnownSettings.PartsFolder,
                $"Set it to the folder for all bytes, which all silos and gateways share, or set {KnownSettings.PartsVariable} to an object store.");
        }
        else if (reader.Find(KnownSettings.PartsFolder) is not null)
        {
            reader.Add($"{KnownSettings.PartsFolder.Variable} and {KnownSettings.PartsVariable} are both set. Remove one of them.");
        }
    }

    private static string ReadConnectionString(SettingsReader reader, ClusterStore store)
    {
        if (reader.Find(KnownSettings.TableService) is not null && reader.Find(KnownSettings.ConnectionString) is null)
        {
            return "";
        }

        var alternative = store == ClusterStore.Azure ? $" With an identity, set {KnownSettings.TableService.Variable} instead." : "";
        return reader.Require(
            KnownSettings.ConnectionString,
            $"{KnownSettings.Clustering.Variable} is {Setting.WordOf(store)}, and this setting is required to reach the "
            + $"storage.{alternative} For tests in one process without storage, set {KnownSettings.Clustering.Variable}=localhost.");
    }

    private void CheckTableService(SettingsReader reader)
    {
        if (reader.Find(KnownSettings.TableService) is null)
        {
            return;
        }

        if (reader.Find(KnownSettings.ConnectionString) is not null)
        {
            reader.Add(
                $"{KnownSettings.ConnectionString.Variable} and {KnownSettings.TableService.Variable} are both set. Remove one of them.");
        }

        if (reader.IsValid(KnownSettings.Clustering) && Store != ClusterStore.Azure)
        {
            reader.Add(
                $"{KnownSettings.TableService.Variable} is set, but {KnownSettings.Clustering.Variable} is "
                + $"{Setting.WordOf(Store)}. Remove it, or set {KnownSettings.Clustering.Variable}=azure.");
        }
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

    private static Credential? ReadOnlyKey(SettingsReader reader, AccountId account)
    {
        var id = reader.Find(KnownSettings.AccessKeyId);
        var secret = reader.Find(KnownSettings.SecretAccessKey);
        if ((id is null) != (secret is null))
        {
            reader.Add(
                $"{KnownSettings.AccessKeyId.Variable} and {KnownSettings.SecretAccessKey.Variable} must be set together.");
        }

        return id is null || secret is null ? null : new Credential(id, secret, account);
    }

    private static IPAddress ReadAddress(SettingsReader reader)
    {
        var setting = KnownSettings.AdvertisedAddress;
        var name = reader.Find(setting);
        if (name is not null && IPAddress.TryParse(name, out var address))
        {
            if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            {
                reader.Add(
                    $"{setting.Variable} is '{name}'. It must be one address that the other silos can reach, not all addresses.");
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

/// <summary>The store of a cluster's membership, journals and reminders.</summary>
internal enum ClusterStore
{
    /// <summary>In PostgreSQL.</summary>
    Postgres,

    /// <summary>In Azure Storage.</summary>
    Azure,

    /// <summary>In memory, for one process.</summary>
    Localhost,
}

/// <summary>The role of a process in the cluster.</summary>
internal enum ProcessRole
{
    /// <summary>Gateway and silo.</summary>
    Silo,

    /// <summary>The gateway alone.</summary>
    Gateway,
}
