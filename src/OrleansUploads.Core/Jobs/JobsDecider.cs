using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Jobs;

/// <summary>The jobs of one life of a vault.</summary>
/// <param name="ById">All that have not vanished.</param>
/// <param name="ByTime">The same, by time of initiation.</param>
public sealed record JobsState(
    ImmutableDictionary<JobId, VaultJob> ById, ImmutableSortedSet<JobCursor> ByTime)
{
    /// <summary>No jobs.</summary>
    public static JobsState Empty { get; } = new(ImmutableDictionary<JobId, VaultJob>.Empty, []);
}

/// <summary>The rules of jobs. Whether one has finished follows from the time alone, so nothing has to happen
/// for it.</summary>
public sealed class JobsDecider(RetrievalPolicy policy) : Decider<JobsState, JobsCommand, JobsEvent>
{
    /// <inheritdoc/>
    public override JobsState Initial => JobsState.Empty;

    /// <inheritdoc/>
    public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, DateTimeOffset now) => command switch
    {
        StartRetrieval c => Start(state, c, now),
        StartInventory c => Start(state, c, now),
        FindJob c => Find(state, c.Job, now) is { } job ? Reply(job) : NotFound(c.Job),
        FindFinishedJob c => Find(state, c.Job, now) is not { } job ? NotFound(c.Job)
            : job.IsReady(now) ? Reply(job)
            : Refuse(new Refusal.JobNotReady(c.Job, job.ReadyAt)),
        ListJobs c => List(state, c, now),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
    };

    /// <inheritdoc/>
    public override JobsState Evolve(JobsState state, JobsEvent happened)
    {
        switch (happened)
        {
            case RetrievalStarted e:
                return With(state, e.Job);
            case InventoryStarted e:
                return With(state, e.Job);
            case JobsExpired e:
                var expired = state.ById.Values.Where(job => job.ExpiresAt <= e.At).ToList();
                return new JobsState(
                    state.ById.RemoveRange(expired.Select(job => job.Job)),
                    state.ByTime.Except(expired.Select(job => job.Cursor)));
            default:
                throw new InvalidOperationException($"{happened.GetType().Name} cannot follow here.");
        }
    }

    /// <summary>Expired jobs vanish.</summary>
    public override Decision<JobsEvent> Wake(JobsState state, DateTimeOffset now) =>
        state.ById.Values.Any(job => job.ExpiresAt <= now) ? Accept(new JobsExpired(now)) : Nothing;

    /// <inheritdoc/>
    /// <remarks>All jobs of one policy live equally long, so the oldest is the first to vanish.</remarks>
    public override DateTimeOffset? WakeAt(JobsState state) =>
        state.ByTime.IsEmpty ? null : state.ById[state.ByTime.Min.Job].ExpiresAt;

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(JobsState state) => [];

    /// <inheritdoc/>
    public override IEnumerable<JobsEvent> Compact(JobsState state) =>
        state.ByTime.Select(cursor => Started(state.ById[cursor.Job]));

    /// <inheritdoc/>
    public override int CompactCount(JobsState state) => state.ById.Count;

    /// <summary>The bytes are here, and a range of them begins and ends at a multiple of 1 MiB (or at the archive's end) and
    /// lies inside the archive.</summary>
    private Decision<JobsEvent> Start(JobsState state, StartRetrieval command, DateTimeOffset now)
    {
        if (state.ById.TryGetValue(command.Job, out var known))
        {
            return Repeat(known);
        }

        if (command.Archive.Custody == Custody.Elsewhere)
        {
            return Refuse(new Refusal.ArchiveKeptElsewhere(command.Archive.Archive));
        }

        var size = command.Archive.SizeBytes;
        var range = command.Range ?? new PartRange(0, size - 1);
        if (range.LastByte >= size || !TreeHashRanges.IsMegabyteAligned(range.FirstByte, range.LastByte, size))
        {
            return Refuse(new Refusal.RetrievalRangeInvalid(range, size));
        }

        var job = new RetrievalJob(
            command.Job, command.Archive, range, command.RangeTreeHash, command.Wish, now, now + policy.Delay);
        return Accept(job, new RetrievalStarted(job));
    }

    /// <summary>An inventory that was taken can always be retrieved.</summary>
    private Decision<JobsEvent> Start(JobsState state, StartInventory command, DateTimeOffset now)
    {
        if (state.ById.TryGetValue(command.Job, out var known))
        {
            return Repeat(known);
        }

        var job = new InventoryJob(
            command.Job,
            command.Inventory,
            command.Selection,
            command.Format,
            command.Output,
            command.Wish,
            now,
            now + policy.Delay);
        return Accept(job, new InventoryStarted(job));
    }

    private static JobsState With(JobsState state, VaultJob job) =>
        new(state.ById.SetItem(job.Job, job), state.ByTime.Add(job.Cursor));

    private static JobsEvent Started(VaultJob job) => job switch
    {
        RetrievalJob retrieval => new RetrievalStarted(retrieval),
        InventoryJob inventory => new InventoryStarted(inventory),
        _ => throw new InvalidOperationException($"No event starts a {job.GetType().Name}."),
    };

    private static Decision<JobsEvent> List(JobsState state, ListJobs command, DateTimeOffset now)
    {
        var listed = new List<VaultJob>();
        foreach (var cursor in state.ByTime)
        {
            var job = state.ById[cursor.Job];
            if (command.After >= cursor || job.ExpiresAt <= now || (command.Finished ?? job.IsReady(now)) != job.IsReady(now))
            {
                continue;
            }

            if (listed.Count == command.Limit)
            {
                return Reply(new JobsPage(listed, now, HasMore: true));
            }

            listed.Add(job);
        }

        return Reply(new JobsPage(listed, now, HasMore: false));
    }

    private static VaultJob? Find(JobsState state, JobId id, DateTimeOffset now) =>
        state.ById.TryGetValue(id, out var job) && job.ExpiresAt > now ? job : null;

    private static Decision<JobsEvent> NotFound(JobId job) =>
        Refuse(new Refusal.JobNotFound(job));
}
