using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Cluster.Identity;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>The settings of this process, and the rules for several of them.</summary>
internal sealed class SiloSettings : ServiceSettings
{
    /// <summary>File handles for the connections to other silos, to clients of the cluster and to the database.</summary>
    private const int ReservedDescriptors = 1024;

    [Setting("`silo`: gateway and silo in one process. `gateway`: the gateway alone, as a client of the cluster.")]
    public ProcessRole Role { get; set; } = ProcessRole.Silo;

    [Setting("Where the membership and the journals are kept: `postgres`, `azure` (Azure Storage), or `localhost` (one process, "
        + "everything in memory, for trying things out).")]
    public ClusterStore Clustering { get; set; } = ClusterStore.Postgres;

    /// <summary>Empty if everything is in memory, or if the process logs in to <see cref="TableService"/> with an identity.</summary>
    [Setting("How to reach PostgreSQL or Azure Storage.", IsSecret = true)]
    public string ConnectionString { get; set; } = "";

    // A token is a secret that anybody on the way could use.
    [Setting(
        "Instead of a connection string, the table service of an Azure storage account, such as https://account.table.core.windows.net. The "
        + "process logs in with its managed identity, its workload identity or the variables of Azure.Identity.",
        Example = "https://account.table.core.windows.net",
        RequiresHttps = true)]
    public Uri? TableService { get; set; }

    [Setting("Silos with the same cluster ID form a cluster. A silo with another one does not start while they run. A restored or cloned cluster "
        + "gets a suffix.")]
    public string ClusterId { get; set; } = "orleans-uploads";

    [Setting("Part of the key of everything that is stored. Never change it.")]
    public string ServiceId { get; set; } = "orleans-uploads";

    [Setting("IP address or name at which the other silos reach this one. The silo listens for them only there. If it is not set, the "
        + "address of the host's own name.")]
    public string? AdvertisedAddress { get; set; }

    [Setting("Port for the other silos. Keep it private.", Max = IPEndPoint.MaxPort)]
    public int SiloPort { get; set; } = 11111;

    [Setting("Port for gateways and ingestion nodes that are clients of the cluster. Keep it private.", Max = IPEndPoint.MaxPort)]
    public int ClientPort { get; set; } = 30000;

    [Setting("PEM file with the certificate for the ports of the cluster. With it, silos and their clients speak TLS and show each other "
        + "certificates. It is read again when it changes.")]
    public string? TlsCertificate { get; set; }

    [Setting("PEM file with the private key of this certificate.")]
    public string? TlsKey { get; set; }

    [Setting("PEM file with the certificate of the authority that issues the certificates of the cluster. No other authority counts.")]
    public string? TlsAuthority { get; set; }

    [Setting("DNS name that the certificates of silos and gateways have, and no others.", IsSameOnAllSilos = true)]
    public string TlsSiloName { get; set; } = TlsFiles.DefaultSiloName;

    [Setting("Address and port of the vault API and of S3.")]
    public IPEndPoint Listen { get; set; } = new(IPAddress.Any, 9400);

    [Setting("Whether the dashboard is served: `true` or `false`.")]
    public bool Dashboard { get; set; } = true;

    [Setting("Serve the dashboard only at this address and port. Default: the API's.")]
    public IPEndPoint? DashboardListen { get; set; }

    /// <summary>The folder of the bytes, which all silos share. Null if everything is in memory, or the bytes are in an object
    /// store.</summary>
    [Setting("The folder for all bytes; the same folder on all silos and gateways, on a shared file system. Or set Parts to an object store.")]
    public string? PartsFolder { get; set; }

    [Setting("File with key pairs, in the format of `orleans-uploads keys`. Changes take effect within a second.")]
    public string? KeysFile { get; set; }

    [Setting("The access key ID of a single key pair without a file.")]
    public string? AccessKeyId { get; set; }

    [Setting("The secret access key of a single key pair without a file.", IsSecret = true)]
    public string? SecretAccessKey { get; set; }

    [Setting("The account of the operators and of the single key pair, 12 digits. In the dashboard, only its keys without limits see the silos "
        + "and the collector.")]
    public AccountId Account { get; set; } = KeyPair.DefaultAccountId;

    [Setting("A silo misses a probe if it does not answer within this time; at most {max}.", Max = 3600, IsSameOnAllSilos = true)]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(3);

    [Setting("A silo is removed from the cluster after this many missed probes in a row.", Max = 20, IsSameOnAllSilos = true)]
    public int MissedProbes { get; set; } = 3;

    [Setting("A silo rejects clients of the cluster above this processor load, {min} to {max}. Off if it is not set.", Max = 100)]
    public int? ShedLoadAtCpuPercent { get; set; }

    [Setting(
        "How long the process keeps serving after the stop signal, while readiness is already red; at most {max}.",
        Min = 0,
        Max = SettingAttribute.MaxTimerSeconds)]
    public TimeSpan DrainDelay { get; set; } = TimeSpan.Zero;

    [Setting("How long running requests may take after that; at most {max}.", Max = SettingAttribute.MaxTimerSeconds)]
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>What distinguishes the decisions of the cluster from all copies of them. Null until the stores are open, and if everything is in
    /// memory.</summary>
    public string? Identity { get; private set; }

    /// <summary>The cluster ID of the silo that started last, or null if that is not known.</summary>
    public string? ClusterIdBefore { get; private set; }

    /// <summary>The address that <see cref="AdvertisedAddress"/> names.</summary>
    public IPAddress Address { get; private set; } = IPAddress.Loopback;

    /// <summary>The files of TLS, or null if the ports of the cluster have none.</summary>
    public TlsFiles? Tls => TlsCertificate is { } certificate && TlsKey is { } key && TlsAuthority is { } authority
        ? new TlsFiles(certificate, key, authority) { SiloName = TlsSiloName }
        : null;

    /// <summary>Null if the dashboard is served at <see cref="Listen"/> or not at all. The images set an address, and the dashboard can still
    /// be turned off.</summary>
    public IPEndPoint? DashboardAddress => Dashboard ? DashboardListen : null;

    /// <summary>Where the bytes are, or null if everything is in memory.</summary>
    public string? PartsPlace => PartsFolder ?? Parts?.ToString();

    /// <summary>Where the bytes are, so that another place has another name, or null if everything is in memory.</summary>
    public string? PartsAddress =>
        PartsFolder is { } folder ? Path.GetFullPath(folder)
        : PartsStore is { Endpoint: { } endpoint } address ? $"{address} at {endpoint}"
        : PartsPlace;

    /// <summary>The only key pair, or null if all key pairs are in the file.</summary>
    public Credential? OnlyKey => AccessKeyId is { } id && SecretAccessKey is { } secret ? new Credential(id, secret, Account) : null;

    public override ServiceOptions ToOptions()
    {
        var options = base.ToOptions();
        return options with
        {
            Gateway = options.Gateway with { ReservedDescriptors = ReservedDescriptors, OperatorAccount = Account },
        };
    }

    /// <summary>Uses the identity of the cluster, on which the cluster ID depends.</summary>
    public void Use(ClusterIdentity identity) =>
        (Identity, ClusterId, ClusterIdBefore) = (identity.Id, identity.NameOf(ClusterId), identity.Cluster);

    public void RequireCluster()
    {
        if (Clustering == ClusterStore.Localhost)
        {
            throw new SettingException(
                $"The command needs a cluster, but {VariableOf(nameof(Clustering))}=localhost is one process with everything in memory. Use the "
                + "settings of a silo of the cluster.");
        }
    }

    /// <summary>Checks that the files of TLS, if there are any, can be used, before the process uses them.</summary>
    /// <exception cref="SettingException">A file cannot be used; the message says why.</exception>
    public void RequireTls() => SettingVariables.Use(nameof(TlsCertificate), () => Tls is { } files
        ? new ClusterCertificates(files, isSilo: true, TimeProvider.System, NullLogger<ClusterCertificates>.Instance)
        : null);

    public override void Check(SettingBinder binder)
    {
        base.Check(binder);
        CheckTls(binder);
        CheckKeys(binder);
        CheckTableService(binder);
        if (!binder.IsValid(nameof(Clustering)))
        {
            return;
        }

        if (Clustering == ClusterStore.Localhost)
        {
            CheckLocalhost(binder);
            return;
        }

        CheckConnectionString(binder);
        ReadAddress(binder);
        CheckParts(binder);
    }

    private static void CheckTls(SettingBinder binder)
    {
        string[] all = [nameof(TlsCertificate), nameof(TlsKey), nameof(TlsAuthority)];
        var missing = Array.FindAll(all, setting => !binder.IsSet(setting));
        foreach (var setting in missing.Length < all.Length ? missing : [])
        {
            binder.Add($"{VariableOf(setting)} is missing. TLS needs certificate, key and authority; set all of them or none.");
        }
    }

    private void CheckKeys(SettingBinder binder)
    {
        if (KeysFile is null && !binder.IsSet(nameof(AccessKeyId)))
        {
            binder.Add(
                $"No key pair is configured, so clients cannot sign requests. Set {VariableOf(nameof(KeysFile))} to a file created by "
                + $"'orleans-uploads keys add --create', or set {VariableOf(nameof(AccessKeyId))} and "
                + $"{FileVariableOf(nameof(SecretAccessKey))}.");
        }

        if (KeysFile is not null && !File.Exists(KeysFile))
        {
            binder.Add($"{VariableOf(nameof(KeysFile))}: the file {KeysFile} does not exist or cannot be read.");
        }

        if (binder.IsSet(nameof(AccessKeyId)) != binder.IsSet(nameof(SecretAccessKey)))
        {
            binder.Add($"{VariableOf(nameof(AccessKeyId))} and {VariableOf(nameof(SecretAccessKey))} must be set together.");
        }
    }

    private void CheckTableService(SettingBinder binder)
    {
        if (!binder.IsSet(nameof(TableService)))
        {
            return;
        }

        binder.RefuseBoth(nameof(ConnectionString), nameof(TableService));
        if (binder.IsValid(nameof(Clustering)) && Clustering != ClusterStore.Azure)
        {
            binder.Add(
                $"{VariableOf(nameof(TableService))} is set, but {VariableOf(nameof(Clustering))} is {SettingForms.WordOf(Clustering)}. Remove "
                + $"it, or set {VariableOf(nameof(Clustering))}=azure.");
        }
    }

    private void CheckLocalhost(SettingBinder binder)
    {
        // Nothing reads it, so its file may be missing.
        binder.Forgive(nameof(ConnectionString));
        if (Role == ProcessRole.Gateway)
        {
            binder.Add(
                $"{VariableOf(nameof(Role))}=gateway needs a cluster, but {VariableOf(nameof(Clustering))}=localhost is one process with "
                + "everything in memory. Use postgres or azure.");
        }

        // The journal is in memory, so after a restart all stored bytes would be unowned and collected.
        foreach (var (setting, value) in new[] { (nameof(PartsFolder), PartsFolder), (nameof(Parts), Parts?.ToString()) })
        {
            if (value is not null)
            {
                binder.Add(
                    $"{VariableOf(setting)} is '{value}', but {VariableOf(nameof(Clustering))}=localhost keeps everything in memory. Remove it, "
                    + "or use postgres or azure.");
            }
        }
    }

    private void CheckConnectionString(SettingBinder binder)
    {
        if (!binder.IsSet(nameof(ConnectionString)) && !binder.IsSet(nameof(TableService)))
        {
            var alternative = Clustering == ClusterStore.Azure ? $" With an identity, set {VariableOf(nameof(TableService))} instead." : "";
            binder.Add(
                $"{VariableOf(nameof(ConnectionString))} or {FileVariableOf(nameof(ConnectionString))} is missing. "
                + $"{VariableOf(nameof(Clustering))} is {SettingForms.WordOf(Clustering)}, and this setting is required to reach the "
                + $"storage.{alternative} For tests in one process without storage, set {VariableOf(nameof(Clustering))}=localhost.");
        }
    }

    private static void CheckParts(SettingBinder binder)
    {
        if (!binder.IsSet(nameof(PartsFolder)) && !binder.IsSet(nameof(Parts)))
        {
            binder.Add(
                $"{VariableOf(nameof(PartsFolder))} is missing. Set it to the folder for all bytes, which all silos and gateways share, or set "
                + $"{VariableOf(nameof(Parts))} to an object store.");
        }

        binder.RefuseBoth(nameof(PartsFolder), nameof(Parts));
    }

    private void ReadAddress(SettingBinder binder)
    {
        var variable = VariableOf(nameof(AdvertisedAddress));
        if (AdvertisedAddress is { } text && IPAddress.TryParse(text, out var address))
        {
            Address = address;
            if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            {
                binder.Add($"{variable} is '{text}'. It must be one address that the other silos can reach, not all addresses.");
            }
        }
        else if (FindAddress(AdvertisedAddress ?? Dns.GetHostName()) is { } found)
        {
            Address = found;
        }
        else
        {
            var problem = AdvertisedAddress is { } name ? $"is '{name}'. This name" : "is not set, and the name of this host";
            binder.Add($"{variable} {problem} has no address that other silos can reach. Set it to an address that they can reach.");
        }
    }

    private static IPAddress? FindAddress(string name)
    {
        try
        {
            return Array.Find(
                Dns.GetHostAddresses(name),
                static address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        }
        catch (SocketException)
        {
            return null;
        }
    }
}

/// <summary>The store of a cluster's membership, journals and reminders.</summary>
internal enum ClusterStore
{
    Postgres,
    Azure,

    /// <summary>In memory, for one process.</summary>
    Localhost,
}

internal enum ProcessRole
{
    /// <summary>Gateway and silo.</summary>
    Silo,

    /// <summary>The gateway alone.</summary>
    Gateway,
}
