using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>The jobs of one incarnation of a vault.</summary>
/// <param name="ById">All jobs that have not been removed.</param>
/// <param name="ByTime">The same jobs, by creation time.</param>
/// <param name="ByReadiness">The same jobs, by the time at which their output becomes available.</param>
public sealed record JobsState(
    ImmutableDictionary<JobId, VaultJob> ById,
    ImmutableSortedSet<JobCursor> ByTime,
    ImmutableSortedSet<VaultJob> ByReadiness)
{
    /// <summary>No jobs.</summary>
    public static JobsState Empty { get; } = new(
        ImmutableDictionary<JobId, VaultJob>.Empty,
        ImmutableSortedSet.Create(JobCursor.Order),
        ImmutableSortedSet.Create(VaultJob.ReadinessOrder));

    /// <summary>Number of inventory jobs among them.</summary>
    public int Inventories { get; init; }

    /// <summary>For each archive with retrieval jobs, when the last of these jobs expires.</summary>
    public ImmutableDictionary<ArchiveId, DateTimeOffset> LastExpiry { get; init; } =
        ImmutableDictionary<ArchiveId, DateTimeOffset>.Empty;

    /// <summary>The notices about finished jobs.</summary>
    public JobNotices Notices { get; init; } = JobNotices.None;

    /// <summary>Deleted archives that cannot be retrieved any more.</summary>
    public RetiredArchives Retired { get; init; } = RetiredArchives.None;

    /// <summary>Finds a job; null if it does not exist.</summary>
    public VaultJob? Find(JobId id) => ById.GetValueOrDefault(id);

    /// <summary>Returns the state with one more job.</summary>
    internal JobsState With(VaultJob job) => this with
    {
        ById = ById.SetItem(job.Job, job),
        Inventories = Inventories + (job.IsInventory ? 1 : 0),
        ByTime = ByTime.Add(job.Cursor),
        ByReadiness = ByReadiness.Add(job),
        LastExpiry = job is RetrievalJob { Archive.Archive: var archive }
            && !(LastExpiry.TryGetValue(archive, out var known) && known >= job.ExpiresAt)
                ? LastExpiry.SetItem(archive, job.ExpiresAt)
                : LastExpiry,
        Notices = Notices.With(job),
    };

    /// <summary>Returns the state without some jobs.</summary>
    internal JobsState Without(IReadOnlyCollection<VaultJob> removed) => this with
    {
        ById = ById.RemoveRange(removed.Select(job => job.Job)),
        Inventories = Inventories - removed.Count(job => job.IsInventory),
        ByTime = ByTime.Except(removed.Select(job => job.Cursor)),
        ByReadiness = ByReadiness.Except(removed),
        LastExpiry = removed.Aggregate(LastExpiry, static (last, job) => job is RetrievalJob { Archive.Archive: var archive }
            && last.TryGetValue(archive, out var known) && known <= job.ExpiresAt
                ? last.Remove(archive)
                : last),
        Notices = Notices.Without(removed),
    };
}

/// <summary>Events of a vault's jobs. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record JobsEvent
{
    private protected JobsEvent()
    {
    }
}

/// <summary>An archive retrieval was initiated.</summary>
[Named("retrieval-started.1")]
public sealed record RetrievalStarted(RetrievalJob Job) : JobsEvent;

/// <summary>An inventory retrieval was initiated, and its output had been measured.</summary>
[Named("inventory-started.1")]
public sealed record InventoryStarted(InventoryJob Job) : JobsEvent;

/// <summary>An inventory retrieval was initiated. Its output must be measured.</summary>
[Named("inventory-begun.1")]
public sealed record InventoryBegun(UnmeasuredInventory Job) : JobsEvent;

/// <summary>The output of an inventory job was measured.</summary>
/// <param name="Job">The job.</param>
/// <param name="Output">The output.</param>
/// <param name="ReadyAt">When the output becomes available.</param>
[Named("inventory-measured.1")]
public sealed record InventoryMeasured(JobId Job, InventoryOutput Output, DateTimeOffset ReadyAt) : JobsEvent;

/// <summary>The vault's notification setting was set or cleared. It does not apply to jobs that had already finished.</summary>
/// <param name="Version">Version of the vault's setting.</param>
/// <param name="Notifications">The setting, or null if it was cleared.</param>
/// <param name="At">When the jobs entity received it.</param>
[Named("vault-topic-taken.1")]
public sealed record VaultTopicUpdated(long Version, VaultNotifications? Notifications, DateTimeOffset At) : JobsEvent;

/// <summary>A job has finished, and notices must be sent to topics.</summary>
/// <param name="Job">The job.</param>
/// <param name="At">When the jobs entity noticed it.</param>
/// <param name="Topics">The topics to notify.</param>
[Named("job-finished.1")]
public sealed record JobFinished(JobId Job, DateTimeOffset At, IReadOnlyList<string> Topics) : JobsEvent;

/// <summary>A topic's receiver has received the notice about a finished job.</summary>
[Named("notice-sent.1")]
public sealed record NoticeSent(JobId Job, string Topic) : JobsEvent;

/// <summary>A notice about a finished job was abandoned, because the topic's receiver was unreachable for too long.</summary>
[Named("notice-given-up.1")]
public sealed record NoticeAbandoned(JobId Job, string Topic, DateTimeOffset At) : JobsEvent;

/// <summary>An archive was deleted, so new retrievals of it are refused. Jobs need its bytes until
/// <c>BytesUntil</c>.</summary>
[Named("archive-retired.1")]
public sealed record ArchiveRetired(ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt, DateTimeOffset BytesUntil)
    : JobsEvent;

/// <summary>The retirement of an archive was delivered to its upload.</summary>
[Named("retirement-told.1")]
public sealed record RetirementDelivered(long Number) : JobsEvent;

/// <summary>All retirements so far; occurs only in snapshots.</summary>
/// <param name="Count">Total number of retirements.</param>
/// <param name="Remembered">The retirements that are still remembered, by number.</param>
[Named("retirements-carried-over.1")]
public sealed record RetirementsCarriedOver(long Count, IReadOnlyList<RetiredArchive> Remembered) : JobsEvent;

/// <summary>Jobs whose output expired at or before an instant were removed.</summary>
[Named("jobs-expired.1")]
public sealed record JobsExpired(DateTimeOffset At) : JobsEvent;
