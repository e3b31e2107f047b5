namespace OrleansUploads.Silo.Settings;

/// <summary>Every setting that there is. Whatever else is found in the section ends the start, because a setting with a
/// mistyped name would silently not hold.</summary>
internal static class KnownSettings
{
    public static readonly Setting Role = new(
        "Role", "`silo`: gateway and silo in one process. `gateway`: the gateway alone, as a client of the cluster.", "silo");

    public static readonly Setting Clustering = new(
        "Clustering",
        "Where membership, journals and reminders are kept: `azure` (Azure Storage), `postgres`, or `localhost` (one process, "
        + "everything in memory, for trying things out).",
        "azure");

    public static readonly Setting ConnectionString = new(
        "ConnectionString", "How to reach Azure Storage or PostgreSQL.", IsSecret: true);

    public static readonly Setting ClusterId = new(
        "ClusterId", "Silos with the same one find each other.", "orleans-uploads");

    public static readonly Setting ServiceId = new(
        "ServiceId", "Part of the key of everything stored. Never change it.", "orleans-uploads");

    public static readonly Setting AdvertisedAddress = new(
        "AdvertisedAddress", "IP address or name at which the other silos reach this one; it listens for them there only. "
        + "Where it is not set: the address of the host's own name.");

    public static readonly Setting SiloPort = new("SiloPort", "Port for the other silos; not for the public.", "11111");

    public static readonly Setting ClientPort = new(
        "ClientPort", "Port for gateways and ingestion nodes that are clients of the cluster; not for the public.", "30000");

    public static readonly Setting Listen = new("Listen", "Address and port of the vault API.", "0.0.0.0:9400");

    public static readonly Setting PartsFolder = new(
        "PartsFolder", "The folder of all bytes; the same one on all silos and gateways, on a shared file system.");

    public static readonly Setting Region = new("Region", "The region that the names of vaults show.", "us-east-1");

    public static readonly Setting KeysFile = new(
        "KeysFile", "Key pairs, in the format of `orleans-uploads keys`; a change is noticed within a second.");

    public static readonly Setting AccessKeyId = new("AccessKeyId", "One key pair without a file: the access key.");

    public static readonly Setting SecretAccessKey = new(
        "SecretAccessKey", "One key pair without a file: the secret.", IsSecret: true);

    public static readonly Setting Account = new(
        "Account", "The account of the key pair without a file, 12 digits.", "000000000001");

    public static readonly Setting StaleAfter = new(
        "StaleAfter", "Uploads that nobody has touched for this long are reclaimed; at least 24h.", "7d");

    public static readonly Setting RetrievalDelay = new(
        "RetrievalDelay", "The output of jobs waits this long: `3h` for all tiers, or `standard=3h expedited=1m bulk=12h`.", "0");

    public static readonly Setting Notify = new(
        "Notify", "Where messages of finished jobs go: `topic ARN=address`, several with blanks between.", IsSecret: true);

    public static readonly Setting Inventory = new(
        "Inventory", "When the inventory of a vault is taken: `current`, with every change, or `daily`.", "current");

    public static readonly Setting MaxVaults = new("MaxVaults", "Most vaults of an account.", "1000");

    public static readonly Setting CollectGrace = new(
        "CollectGrace", "Unowned bytes that are younger than this are left alone.", "24h");

    public static readonly Setting CollectInterval = new("CollectInterval", "Unowned bytes are collected this often.", "1h");

    public static readonly Setting ProbeTimeout = new(
        "ProbeTimeout", "A silo that does not answer a probe within this time has missed it; the same on all silos.", "3s");

    public static readonly Setting MissedProbes = new(
        "MissedProbes", "After so many missed probes in a row a silo is voted out; the same on all silos.", "3");

    public static readonly Setting ShedLoadAtCpuPercent = new(
        "ShedLoadAtCpuPercent", "From this load on a silo turns clients of the cluster away, 1 to 100; off where it is not set.");

    public static readonly Setting DrainDelay = new(
        "DrainDelay", "How long it goes on serving after the order to stop, while readiness is red already.", "0");

    public static readonly Setting DrainTime = new(
        "DrainTime", "How long requests that are under way may go on after that.", "25s");

    /// <summary>All of them, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        Role, Clustering, ConnectionString, ClusterId, ServiceId, AdvertisedAddress, SiloPort, ClientPort, Listen, PartsFolder,
        Region, KeysFile, AccessKeyId, SecretAccessKey, Account, StaleAfter, RetrievalDelay, Notify, Inventory,
        MaxVaults, CollectGrace, CollectInterval, ProbeTimeout, MissedProbes, ShedLoadAtCpuPercent, DrainDelay, DrainTime,
    ];
}
