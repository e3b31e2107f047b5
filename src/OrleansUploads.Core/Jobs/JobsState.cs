using System.Collections.Immutable;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>The jobs of one life of a vault.</summary>
/// <param name="ById">All that have not vanished.</param>
/// <param name="ByTime">The same, by time of initiation.</param>
/// <param name="ByReadiness">The same, by the time at which their output may be read.</param>
public sealed record JobsState(
    ImmutableDictionary<JobId, VaultJob> ById,
    ImmutableSortedSet<JobCursor> ByTime,
    ImmutableSortedSet<VaultJob> ByReadiness)
{
    /// <summary>No jobs.</summary>
    public static JobsState Empty { get; } = new(
        ImmutableDictionary<JobId, VaultJob>.Empty, [], ImmutableSortedSet.Create(VaultJob.ReadinessOrder));

    /// <summary>Whom the vault wants to be told; null for nobody.</summary>
    public VaultNotifications? Notifications { get; init; }

    /// <summary>Which of the vault's settings that is; 0 before the first.</summary>
    public long NotificationsVersion { get; init; }

    /// <summary>Jobs of whose end somebody is to be told, once it has come.</summary>
    public ImmutableSortedSet<VaultJob> Unannounced { get; init; } = ImmutableSortedSet.Create(VaultJob.ReadinessOrder);

    /// <summary>Jobs that have finished, as far as anybody was to be told of them. A later setting is not about
    /// them.</summary>
    public ImmutableHashSet<JobId> Finished { get; init; } = [];

    /// <summary>Messages that are owed, at least one for each job that is here.</summary>
    public ImmutableSortedDictionary<VaultJob, ImmutableArray<JobNotice>> Owed { get; init; } =
        ImmutableSortedDictionary.Create<VaultJob, ImmutableArray<JobNotice>>(VaultJob.ReadinessOrder);

    /// <summary>The message of a job to a topic, if it is owed.</summary>
    public JobNotice? FindOwed(JobId job, string topic) =>
        ById.TryGetValue(job, out var found) && Owed.TryGetValue(found, out var notices)
            ? notices.FirstOrDefault(notice => notice.Topic == topic)
            : null;
}
