using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>The jobs of one incarnation of a vault.</summary>
/// <param name="ById">All jobs that have not been removed.</param>
/// <param name="ByTime">The same jobs, by creation time.</param>
/// <param name="ByReadiness">The same jobs, by the time at which their output becomes available.</param>
[Named("jobs-state.1")]
public sealed record JobsState(
    ImmutableDictionary<JobId, VaultJob> ById,
    ImmutableSortedSet<JobCursor> ByTime,
    ImmutableSortedSet<VaultJob> ByReadiness) : IStoredAs<JobsState, StoredJobs>
{
    public static JobsState Empty { get; } = new(
        ImmutableDictionary<JobId, VaultJob>.Empty,
        ImmutableSortedSet.Create(JobCursor.Order),
        ImmutableSortedSet.Create(VaultJob.ReadinessOrder));

    public int Inventories { get; init; }

    /// <summary>When the last retrieval job of each archive expires.</summary>
    public ImmutableDictionary<ArchiveId, DateTimeOffset> LastExpiry { get; init; } =
        ImmutableDictionary<ArchiveId, DateTimeOffset>.Empty;

    public JobNotices Notices { get; init; } = JobNotices.None;

    /// <summary>The archives that can no longer be retrieved.</summary>
    public RetiredArchives Retired { get; init; } = RetiredArchives.None;

    public StoredJobs ToStored() => new(
        [.. ByTime.Select(cursor => ById[cursor.Job])],
        Notices.Version,
        Notices.Setting,
        [.. ByTime.Where(cursor => Notices.Finished.Contains(cursor.Job)).Select(cursor => cursor.Job)],
        [.. Notices.Undelivered.Values.SelectMany(static notices => notices)
            .Select(static notice => new StoredNotice(notice.Job.Job, notice.Topic, notice.FinishedAt))],
        Retired.Count,
        [.. Retired.ByNumber.Values]);

    public static JobsState FromStored(StoredJobs stored)
    {
        var withSetting = Empty with
        {
            Notices = JobNotices.None with { Version = stored.SettingVersion, Setting = stored.Setting },
            Retired = RetiredArchives.Of(stored.Retirements, stored.Retired),
        };
        var withJobs = stored.Jobs.Aggregate(withSetting, static (state, job) => state.With(job));
        return withJobs with { Notices = withJobs.Notices.With(stored, withJobs.ById) };
    }

    /// <summary>Finds a job; null if it does not exist.</summary>
    public VaultJob? Find(JobId id) => ById.GetValueOrDefault(id);

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

[Named("retrieval-started.1")]
public sealed record RetrievalStarted(RetrievalJob Job) : JobsEvent;

/// <summary>A retrieval of the inventory started. Its output had been measured.</summary>
[Named("inventory-started.1")]
public sealed record InventoryStarted(InventoryJob Job) : JobsEvent;

/// <summary>A retrieval of the inventory started. Its output must be measured.</summary>
[Named("inventory-begun.1")]
public sealed record InventoryBegun(UnmeasuredInventory Job) : JobsEvent;

[Named("inventory-measured.1")]
public sealed record InventoryMeasured(JobId Job, InventoryOutput Output, DateTimeOffset ReadyAt) : JobsEvent;

/// <summary>It does not apply to jobs that had already finished.</summary>
/// <param name="Notifications">Null if the setting was cleared.</param>
/// <param name="At">When the jobs entity received it.</param>
[Named("vault-topic-updated.1")]
public sealed record VaultTopicUpdated(long Version, VaultNotifications? Notifications, DateTimeOffset At) : JobsEvent;

/// <summary>A job has finished, and notices must be sent to topics.</summary>
/// <param name="At">When the jobs entity noticed it.</param>
[Named("job-finished.1")]
public sealed record JobFinished(JobId Job, DateTimeOffset At, IReadOnlyList<string> Topics) : JobsEvent;

/// <summary>The topic's receiver has accepted a notice.</summary>
[Named("notice-sent.1")]
public sealed record NoticeSent(JobId Job, string Topic) : JobsEvent;

/// <summary>A notice about a finished job was abandoned, because the topic's receiver was unreachable for too long.</summary>
[Named("notice-abandoned.1")]
public sealed record NoticeAbandoned(JobId Job, string Topic, DateTimeOffset At) : JobsEvent;

/// <summary>An archive was deleted, so new retrievals of it are refused. Jobs need its bytes until
/// <c>BytesUntil</c>.</summary>
[Named("archive-retired.1")]
public sealed record ArchiveRetired(ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt, DateTimeOffset BytesUntil)
    : JobsEvent;

/// <summary>The retirement of an archive was delivered to its upload.</summary>
[Named("retirement-delivered.1")]
public sealed record RetirementDelivered(long Number) : JobsEvent;

/// <summary>Jobs whose output expired at or before an instant were removed.</summary>
[Named("jobs-expired.1")]
public sealed record JobsExpired(DateTimeOffset At) : JobsEvent;

/// <summary>The jobs of a vault as they are stored.</summary>
/// <param name="Jobs">The jobs, by creation time.</param>
/// <param name="SettingVersion">The version of the vault's notification setting; 0 before the first.</param>
/// <param name="Setting">The setting, or null.</param>
/// <param name="Finished">See <see cref="JobNotices.Finished"/>.</param>
/// <param name="Undelivered">See <see cref="JobNotices.Undelivered"/>.</param>
/// <param name="Retirements">See <see cref="RetiredArchives.Count"/>.</param>
/// <param name="Retired">The retirements that are remembered, by number.</param>
public sealed record StoredJobs(
    IReadOnlyList<VaultJob> Jobs,
    long SettingVersion,
    VaultNotifications? Setting,
    IReadOnlyList<JobId> Finished,
    IReadOnlyList<StoredNotice> Undelivered,
    long Retirements,
    IReadOnlyList<RetiredArchive> Retired);

/// <summary>A notice about a job of the same vault. It has the members of <see cref="JobNotice"/>.</summary>
public sealed record StoredNotice(JobId Job, string Topic, DateTimeOffset FinishedAt);
