using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Jobs;

/// <summary>How urgently an archive is wanted. The numbers are stored.</summary>
public enum RetrievalTier
{
    /// <summary>Hours in the real service; the default.</summary>
    Standard = 0,

    /// <summary>Minutes in the real service.</summary>
    Expedited = 1,

    /// <summary>Half a day in the real service.</summary>
    Bulk = 2,
}

/// <summary>What the caller says about a job.</summary>
/// <param name="Description">For people.</param>
/// <param name="Topic">Name of the topic to notify; null for none.</param>
/// <param name="Tier">How urgently.</param>
public sealed record JobWish(Description Description, string? Topic, RetrievalTier Tier);

/// <summary>The retrieval of an archive, or of a range of it.</summary>
/// <param name="Job">Its ID.</param>
/// <param name="Archive">The archive as it was indexed when the job began.</param>
/// <param name="Range">The bytes that are wanted.</param>
/// <param name="RangeTreeHash">Their tree hash; null where the range has none.</param>
/// <param name="Wish">What the caller said.</param>
/// <param name="CreatedAt">When it was initiated.</param>
/// <param name="ReadyAt">From when on its output may be read.</param>
public sealed record RetrievalJob(
    JobId Job,
    ArchiveEntry Archive,
    PartRange Range,
    TreeHash? RangeTreeHash,
    JobWish Wish,
    DateTimeOffset CreatedAt,
    DateTimeOffset ReadyAt)
{
    /// <summary>Its place in the list of jobs.</summary>
    public JobCursor Cursor => new(CreatedAt, Job);

    /// <summary>When it vanishes.</summary>
    public DateTimeOffset ExpiresAt => ReadyAt + Limits.JobOutputLife;

    /// <summary>Whether its output may be read at an instant.</summary>
    public bool IsReady(DateTimeOffset now) => now >= ReadyAt;
}

/// <summary>How long retrievals take.</summary>
public sealed record RetrievalPolicy
{
    /// <summary>Delay before the output may be read. The default is none.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.Zero;
}
