using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Jobs;

/// <summary>The rules of jobs. Whether one has finished follows from the time alone, so nothing has to happen for it, unless
/// somebody is to be told.</summary>
public sealed partial class JobsDecider(RetrievalPolicy policy) : Decider<JobsState, JobsCommand, JobsEvent>
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
        TakeNotifications c => Take(state, c, now),
        ConfirmNoticeSent c => state.FindOwed(c.Job, c.Topic) is not null
            ? Accept(new NoticeSent(c.Job, c.Topic))
            : Nothing,
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
            case VaultTopicTaken e:
                return Taken(state, e);
            case JobFinished e when state.ById.TryGetValue(e.Job, out var job):
                return Finished(state, job, e);
            case NoticeSent e:
                return Settled(state, e.Job, e.Topic);
            case NoticeGivenUp e:
                return Settled(state, e.Job, e.Topic);
            case JobsExpired e:
                return Without(state, Expired(state, e.At));
            default:
                throw new InvalidOperationException($"{happened.GetType().Name} cannot follow here.");
        }
    }

    /// <summary>Finished jobs are announced, messages that nobody took are given up, and expired jobs vanish.</summary>
    public override Decision<JobsEvent> Wake(JobsState state, DateTimeOffset now)
    {
        var happened = Announce(state, now, out var notices);
        happened.AddRange(GiveUp(state, now));
        var after = happened.Aggregate(state, Evolve);
        if (Expired(after, now).Count > 0)
        {
            happened.Add(new JobsExpired(now));
        }

        return happened.Count > 0 ? Accept(Done.Instance, [.. happened]).Telling([.. notices]) : Nothing;
    }

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(JobsState state)
    {
        DateTimeOffset? first = null;
        Consider(state.Unannounced.Min?.ReadyAt);
        foreach (var notices in state.Owed.Values)
        {
            // All messages of a job are owed from the same moment on.
            Consider(notices[0].GivenUpAt);
        }

        foreach (var job in state.ByReadiness)
        {
            if (!state.Owed.ContainsKey(job))
            {
                Consider(job.ExpiresAt);
                break;
            }
        }

        return first;

        void Consider(DateTimeOffset? at) => first = first is null || at < first ? at : first;
    }

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(JobsState state) =>
        state.Owed.Values.SelectMany(notices => notices.Select(Notify));

    /// <inheritdoc/>
    public override IEnumerable<JobsEvent> Compact(JobsState state)
    {
        if (state.NotificationsVersion > 0)
        {
            yield return new VaultTopicTaken(state.NotificationsVersion, state.Notifications, DateTimeOffset.UnixEpoch);
        }

        foreach (var cursor in state.ByTime)
        {
            yield return Started(state.ById[cursor.Job]);
        }

        foreach (var cursor in state.ByTime)
        {
            if (state.Finished.Contains(cursor.Job))
            {
                yield return CompactFinished(state, state.ById[cursor.Job]);
            }
        }
    }

    /// <inheritdoc/>
    public override int CompactCount(JobsState state) =>
        state.ById.Count + state.Finished.Count + (state.NotificationsVersion > 0 ? 1 : 0);

    private Decision<JobsEvent> Start(JobsState state, StartRetrieval command, DateTimeOffset now)
    {
        if (state.ById.TryGetValue(command.Job, out var known))
        {
            return Repeat(known);
        }

        var range = RetrievalJob.RangeOf(command.Archive, command.Range);
        if (RetrievalJob.RefusalOf(command.Archive, range) is { } refusal)
        {
            return Refuse(refusal);
        }

        var job = new RetrievalJob(
            command.Job,
            command.Archive,
            range,
            command.RangeTreeHash,
            command.Wish,
            now,
            now + policy.DelayOf(command.Wish.Tier));
        return Begin(state, job, new RetrievalStarted(job), now);
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
            now + policy.StandardDelay);
        return Begin(state, job, new InventoryStarted(job), now);
    }

    private static JobsState With(JobsState state, VaultJob job) => state with
    {
        ById = state.ById.SetItem(job.Job, job),
        ByTime = state.ByTime.Add(job.Cursor),
        ByReadiness = state.ByReadiness.Add(job),
        Unannounced = Topics(state, job).IsEmpty ? state.Unannounced : state.Unannounced.Add(job),
    };

    private static JobsState Without(JobsState state, List<VaultJob> vanished) => state with
    {
        ById = state.ById.RemoveRange(vanished.Select(job => job.Job)),
        ByTime = state.ByTime.Except(vanished.Select(job => job.Cursor)),
        ByReadiness = state.ByReadiness.Except(vanished),
        Unannounced = state.Unannounced.Except(vanished),
        Finished = state.Finished.Except(vanished.Select(job => job.Job)),
    };

    /// <summary>Jobs that vanish by an instant. One whose end somebody has not been told of yet stays for that.</summary>
    private static List<VaultJob> Expired(JobsState state, DateTimeOffset by)
    {
        var expired = new List<VaultJob>();
        foreach (var job in state.ByReadiness)
        {
            if (job.ExpiresAt > by)
            {
                break;
            }

            if (!state.Owed.ContainsKey(job))
            {
                expired.Add(job);
            }
        }

        return expired;
    }

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
