namespace OrleansUploads.Core.Settings;

/// <summary>How long uploads, their records and the bytes of replaced objects are kept.</summary>
public sealed record UploadPolicy
{
    /// <summary>Default value of <see cref="StaleAfter"/>.</summary>
    public static readonly TimeSpan DefaultStaleAfter = TimeSpan.FromDays(7);

    /// <summary>Default value of <see cref="RecordLife"/>.</summary>
    public static readonly TimeSpan DefaultRecordLife = TimeSpan.FromDays(7);

    /// <summary>Minimum of <see cref="StaleAfter"/>: the protocol keeps the ID of an idle upload valid for 24 hours.</summary>
    public static readonly TimeSpan MinStaleAfter = TimeSpan.FromHours(24);

    /// <summary>An open upload without activity for this long expires.</summary>
    public TimeSpan StaleAfter { get; init; } = DefaultStaleAfter;

    /// <summary>How long repeated requests are still answered after an upload has ended, or after the archive of a completed
    /// upload was deleted.</summary>
    public TimeSpan RecordLife { get; init; } = DefaultRecordLife;

    /// <summary>Default value of <see cref="ReplacedObjectGrace"/>.</summary>
    public static readonly TimeSpan DefaultReplacedObjectGrace = TimeSpan.FromHours(1);

    /// <summary>Minimum of <see cref="ReplacedObjectGrace"/>: a request that has found an object must be able to begin to read it.</summary>
    public static readonly TimeSpan MinReplacedObjectGrace = TimeSpan.FromMinutes(1);

    /// <summary>Maximum age of an attempt whose upload is reported together with it. Nothing protects the attempt until then, so with a
    /// grace of collection that is hardly longer, every upload is initiated before its attempt.</summary>
    public static readonly TimeSpan UnannouncedLife = TimeSpan.FromMinutes(10);

    /// <summary>How long the bytes of an overwritten or deleted object are kept for those who are reading them.</summary>
    public TimeSpan ReplacedObjectGrace { get; init; } = DefaultReplacedObjectGrace;
}
