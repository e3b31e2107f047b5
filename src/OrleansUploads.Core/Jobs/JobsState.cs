using System.Collections.Immutable;
using OrleansUploads.Core.Values;
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
        ImmutableDictionary<JobId, VaultJob>.Empty, [], ImmutableSortedSet.Create(VaultJob.ReadinessOrder));

    /// <summary>Number of inventory jobs among them.</summary>
    public int Inventories { get; init; }

    /// <summary>The vault's notification setting, or null.</summary>
    public VaultNotifications? Notifications { get; init; }

    /// <summary>Version of that setting; 0 before the first one.</summary>
    public long NotificationsVersion { get; init; }

    /// <summary>Jobs that a topic is waiting for and that have not been announced as finished.</summary>
    public ImmutableSortedSet<VaultJob> Unannounced { get; init; } = ImmutableSortedSet.Create(VaultJob.ReadinessOrder);

    /// <summary>Finished jobs that were announced, or that had finished when the notification setting changed. Later settings do
    /// not apply to them.</summary>
    public ImmutableHashSet<JobId> Finished { get; init; } = [];

    /// <summary>Notices that have not been delivered, by job. Each job in this map has at least one.</summary>
    public ImmutableSortedDictionary<VaultJob, ImmutableArray<JobNotice>> UndeliveredNotices { get; init; } =
        ImmutableSortedDictionary.Create<VaultJob, ImmutableArray<JobNotice>>(VaultJob.ReadinessOrder);

    /// <summary>Deleted archives that cannot be retrieved any more.</summary>
    public RetiredArchives Retired { get; init; } = RetiredArchives.None;

    /// <summary>For each archive with retrieval jobs, when the last of these jobs expires.</summary>
    public ImmutableDictionary<ArchiveId, DateTimeOffset> LastExpiry { get; init; } =
        ImmutableDictionary<ArchiveId, DateTimeOffset>.Empty;

    /// <summary>The undelivered notice of a job for a topic, or null.</summary>
    public JobNotice? FindOwed(JobId job, string topic) =>
        ById.TryGetValue(job, out var found) && UndeliveredNotices.TryGetValue(found, out var notices)
            ? notices.FirstOrDefault(notice => notice.Topic == topic)
            : null;
}
