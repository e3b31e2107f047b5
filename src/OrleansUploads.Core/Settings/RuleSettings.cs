namespace OrleansUploads.Core.Settings;

public sealed record AccountPolicy
{
    public int MaxVaults { get; init; } = Limits.MaxVaultsPerAccount;
}

/// <summary>Limits of a vault. They bound the size of its entities, so each limit has a maximum itself.</summary>
public sealed record VaultLimits
{
    /// <summary>One entity holds all jobs of a vault.</summary>
    public const int DefaultJobs = 10_000;

    /// <summary>Maximum number of jobs. A job counts until its output has expired.</summary>
    public int Jobs { get; init; } = DefaultJobs;

    /// <summary>Maximum number of inventory jobs. Each one stores the version of every shard, which takes as much space as dozens
    /// of other jobs.</summary>
    public int InventoryJobs => Math.Max(1, Jobs / 10);
}

/// <summary>How long uploads, their records and the bytes of replaced objects are kept.</summary>
public sealed record UploadPolicy
{
    public static readonly TimeSpan DefaultStaleAfter = TimeSpan.FromDays(7);

    public static readonly TimeSpan DefaultRecordLife = TimeSpan.FromDays(7);

    /// <summary>Minimum of <see cref="StaleAfter"/> in seconds: the protocol keeps the ID of an idle upload valid for 24 hours.</summary>
    public const int MinStaleSeconds = 24 * 3600;

    public static readonly TimeSpan MinStaleAfter = TimeSpan.FromSeconds(MinStaleSeconds);

    /// <summary>An open upload without activity for this long expires.</summary>
    public TimeSpan StaleAfter { get; init; } = DefaultStaleAfter;

    /// <summary>How long repeated requests are still answered after an upload has ended, or after the archive of a completed
    /// upload was deleted.</summary>
    public TimeSpan RecordLife { get; init; } = DefaultRecordLife;

    public static readonly TimeSpan DefaultReplacedObjectGrace = TimeSpan.FromHours(1);

    /// <summary>Minimum of <see cref="ReplacedObjectGrace"/> in seconds: a request that has found an object must be able to begin to read
    /// it.</summary>
    public const int MinReplacedObjectGraceSeconds = 60;

    /// <summary>Maximum age of an attempt whose upload is reported together with it. Nothing protects the attempt until then, so with a
    /// grace of collection that is hardly longer, every upload is initiated before its attempt.</summary>
    public static readonly TimeSpan UnannouncedLife = TimeSpan.FromMinutes(10);

    /// <summary>How long the end of an upload is told again if its receiver does not take it.</summary>
    public static readonly TimeSpan EndNoticeLife = TimeSpan.FromHours(24);

    /// <summary>Whether the end of each multipart upload is told to a receiver. If not, nothing about it is stored.</summary>
    public bool TellsEnds { get; init; }

    /// <summary>How long the bytes of an overwritten or deleted object are kept for those who are reading them.</summary>
    public TimeSpan ReplacedObjectGrace { get; init; } = DefaultReplacedObjectGrace;
}

/// <summary>How long retrievals take. By default they are ready immediately.</summary>
public sealed record RetrievalPolicy
{
    /// <summary>The delay of standard retrievals, and of inventory retrievals, which have no tier.</summary>
    public TimeSpan StandardDelay { get; init; } = TimeSpan.Zero;

    public TimeSpan ExpeditedDelay { get; init; } = TimeSpan.Zero;

    public TimeSpan BulkDelay { get; init; } = TimeSpan.Zero;

    public TimeSpan LongestDelay => new[] { StandardDelay, ExpeditedDelay, BulkDelay }.Max();

    /// <summary>The same delay for every tier.</summary>
    public static RetrievalPolicy After(TimeSpan delay) => new()
    {
        StandardDelay = delay,
        ExpeditedDelay = delay,
        BulkDelay = delay,
    };

    public TimeSpan DelayOf(RetrievalTier tier) => tier switch
    {
        RetrievalTier.Standard => StandardDelay,
        RetrievalTier.Expedited => ExpeditedDelay,
        RetrievalTier.Bulk => BulkDelay,
        _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "Unknown retrieval tier."),
    };
}
