using System.Net;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Gateway.Glacier.Notifications;

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

    [Setting("A connection is closed if the headers of a request take longer than this.")]
    public TimeSpan HeaderTimeout { get; set; } = Defaults.Gateway.HeaderTimeout;

    [Setting("A connection is closed if no request begins for this long. It must be longer than a load balancer keeps idle connections.")]
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

    /// <summary>With its address; null for a folder.</summary>
    public StorageAddress? PartsStore => Parts is null ? null : Parts with { Endpoint = PartsEndpoint, Region = PartsRegion };

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
    };
}
