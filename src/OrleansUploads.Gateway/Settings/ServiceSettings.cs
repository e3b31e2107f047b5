using System.Net;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Gateway.Glacier.Notifications;
using OrleansUploads.Gateway.Http.Events;

namespace OrleansUploads.Gateway.Settings;

/// <summary>The settings that <c>serve</c> and a silo share, in the order of the help.</summary>
internal class ServiceSettings
{
    private static readonly ServiceOptions Defaults = new();

    [Setting("The region in the names (ARNs) of vaults.", Form = TextForm.Region)]
    public string Region { get; set; } = Defaults.Gateway.Region;

    [Setting("Offer metrics in the text format of Prometheus at this address and port, under `/metrics`, to everybody who can reach it. Off if it is "
        + "not set.")]
    public IPEndPoint? MetricsListen { get; set; }

    [Setting("The domain of this service for S3. `bucket.domain` addresses a bucket, besides `domain/bucket`.", Form = TextForm.Domain)]
    public string? S3Domain { get; set; }

    [Setting("What is accepted of S3's old Signature Version 2: `presigned`, URLs that read or store one object; or `off`.")]
    public SignatureVersion2 SignatureVersion2 { get; set; } = Defaults.Gateway.SignatureVersion2;

    [Setting("Where the bytes are kept instead of a folder: `s3://bucket/prefix` in a store that speaks S3, or `az://container/prefix` in "
        + "Azure Blob Storage. See cluster.md.")]
    public StorageAddress? Parts { get; set; }

    [Setting(
        "Endpoint of the object store, such as http://10.0.0.5:9000 or https://account.blob.core.windows.net. Default: the SDK's.",
        Example = "https://s3.example.org")]
    public Uri? PartsEndpoint { get; set; }

    [Setting(
        "Region of the bucket. Default: the SDK's, or us-east-1 with an endpoint.", Form = TextForm.Region)]
    public string? PartsRegion { get; set; }

    [Setting("Uploads without activity for this long are deleted; at least {min}.", Min = UploadPolicy.MinStaleSeconds)]
    public TimeSpan StaleAfter { get; set; } = Defaults.Engine.Uploads.StaleAfter;

    [Setting(
        "The bytes of an overwritten or deleted object are kept for this long, for downloads and copies that have begun; at least {min}.",
        Min = UploadPolicy.MinReplacedObjectGraceSeconds)]
    public TimeSpan ReplacedObjectGrace { get; set; } = Defaults.Engine.Uploads.ReplacedObjectGrace;

    [Setting(
        "How long the outputs of jobs and the restores of objects are delayed: `3h` for all tiers, or `standard=3h expedited=1m bulk=12h`. "
        + "Inventories are delayed like the standard tier.",
        IsList = true)]
    public RetrievalPolicy RetrievalDelay { get; set; } = Defaults.Engine.Retrievals;

    [Setting(
        "Where notifications about finished jobs are sent: `topic ARN=address`, several with blanks between them.",
        IsList = true,
        IsSecret = true)]
    public TopicReceivers? Notify { get; set; }

    [Setting(
        "The address to which the end of each multipart upload is posted, with a signature; see events.md.",
        Example = "https://example.org/uploads",
        IsSecret = true,
        IsSameOnAllSilos = true)]
    public Uri? EventUrl { get; set; }

    [Setting("File with the secret that signs these events: `whsec_` and 24 to 64 random bytes in base64. A second line has the next secret "
        + "while it is changed.", IsSameOnAllSilos = true)]
    public string? EventSecretFile { get; set; }

    [Setting("Maximum number of vaults per account.")]
    public int MaxVaults { get; set; } = Defaults.Engine.Accounts.MaxVaults;

    [Setting(
        "Maximum number of jobs that a vault keeps, up to {max}; at most a tenth can be inventory jobs.",
        Max = VaultLimits.DefaultJobs,
        IsSameOnAllSilos = true)]
    public int MaxJobs { get; set; } = Defaults.Engine.Vaults.Jobs;

    [Setting("Maximum number of client connections; fewer if the limit of open files (`ulimit -n`) does not allow that many.")]
    public int MaxConnections { get; set; } = Defaults.Gateway.MaxConnections;

    [Setting("Maximum number of upload bodies that are received at a time, and of job outputs that are sent at a time.")]
    public int MaxBodies { get; set; } = Defaults.Gateway.MaxConcurrentBodies;

    [Setting("A connection is closed if the headers of a request take longer than this; at most {max}.", Max = SettingAttribute.MaxTimerSeconds)]
    public TimeSpan HeaderTimeout { get; set; } = Defaults.Gateway.HeaderTimeout;

    [Setting(
        "A connection is closed if no request begins for this long; at most {max}. It must be longer than a load balancer keeps idle connections.",
        Max = SettingAttribute.MaxTimerSeconds)]
    public TimeSpan KeepAliveTimeout { get; set; } = Defaults.Gateway.KeepAliveTimeout;

    [Setting("Unowned bytes younger than this are kept.", Min = 0)]
    public TimeSpan CollectGrace { get; set; } = Defaults.Engine.Maintenance.AttemptGrace;

    [Setting("Time between two collections of unowned bytes.")]
    public TimeSpan CollectInterval { get; set; } = Defaults.Engine.Maintenance.CollectInterval;

    [Setting("How log messages are written: `text`, or `json` with one object in each line.")]
    public LogFormat LogFormat { get; set; }

    [Setting("Whether the bytes of large parts are written past the page cache, which costs less processor time: `auto`, where the file "
        + "system allows it, but not on network file systems and FUSE; or `off`.")]
    public DirectIo DirectIo { get; set; } = Defaults.DirectIo;

    /// <summary>Where the ends of uploads are posted, or null. <see cref="Check"/> reads it.</summary>
    public EventTarget? Events { get; private set; }

    /// <summary>The object store of the bytes, or null for a folder.</summary>
    public StorageAddress? PartsStore => Parts is null ? null : Parts with { Endpoint = PartsEndpoint, Region = PartsRegion };

    /// <summary>Adds what is missing and what contradicts to the flaws of the single settings.</summary>
    public virtual void Check(SettingBinder binder)
    {
        if (EventUrl is { UserInfo.Length: > 0 })
        {
            binder.Add($"{binder.NameOf(nameof(EventUrl))}: the address must have no user name and no password.", nameof(EventUrl));
        }

        if (binder.IsSet(nameof(EventUrl)) != binder.IsSet(nameof(EventSecretFile)))
        {
            binder.Add($"{binder.NameOf(nameof(EventUrl))} and {binder.NameOf(nameof(EventSecretFile))} must be set together: every event is "
                + "signed.");
        }
        else if (EventUrl is { } address && EventSecretFile is { } path)
        {
            ReadEvents(binder, address, path);
        }
    }

    private void ReadEvents(SettingBinder binder, Uri address, string path)
    {
        string? error;
        try
        {
            Events = EventSecrets.TryParse(File.ReadAllText(path), out var secrets, out error) ? new EventTarget(address, secrets) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            error = fault.Message;
        }

        if (error is not null)
        {
            binder.Add($"{binder.NameOf(nameof(EventSecretFile))} is '{path}'. {error}", nameof(EventSecretFile));
        }
    }

    public virtual ServiceOptions ToOptions() => new()
    {
        Engine = new EngineOptions
        {
            Uploads = new UploadPolicy { StaleAfter = StaleAfter, ReplacedObjectGrace = ReplacedObjectGrace },
            Retrievals = RetrievalDelay,
            Accounts = new AccountPolicy { MaxVaults = MaxVaults },
            Vaults = new VaultLimits { Jobs = MaxJobs },
            Maintenance = new MaintenanceOptions { AttemptGrace = CollectGrace, CollectInterval = CollectInterval },
        },
        Gateway = new GatewayOptions
        {
            Region = Region,
            S3Domain = S3Domain,
            SignatureVersion2 = SignatureVersion2,
            MaxConnections = MaxConnections,
            MaxConcurrentBodies = MaxBodies,
            MaxConcurrentOutputs = MaxBodies,
            HeaderTimeout = HeaderTimeout,
            KeepAliveTimeout = KeepAliveTimeout,
        },
        DirectIo = DirectIo,
        Receivers = Notify ?? TopicReceivers.None,
        Events = Events,
    };
}
