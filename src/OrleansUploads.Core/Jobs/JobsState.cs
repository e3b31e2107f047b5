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
