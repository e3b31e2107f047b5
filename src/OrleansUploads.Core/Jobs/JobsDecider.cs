using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Jobs;

/// <summary>The rules of a vault's jobs. A job finishes when its time has come, so finishing needs no event unless a topic must
/// be notified.</summary>
/// <param name="policy">How long retrievals take.</param>
/// <param name="limits">Limits of a vault, or null for the defaults.</param>
/// <param name="rememberedRetirements">Number of retired archives to remember.</param>
public sealed partial class JobsDecider(
    RetrievalPolicy policy, VaultLimits? limits = null, int rememberedRetirements = JobsDecider.DefaultRememberedRetirements)
    : Decider<JobsState, JobsCommand, JobsEvent>
{
    private readonly VaultLimits _limits = limits ?? new VaultLimits();

    /// <inheritdoc/>
    public override JobsState Initial => JobsState.Empty;

    /// <inheritdoc/>
    public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) => command switch
    {
        JobStart c => Start(state, c, time.Now),
        ConfirmInventoryMeasured c => ConfirmMeasured(state, c, time),
        FindJob c => FindUnexpired(state, c.Job, time) is { } job ? Reply(job) : NotFound(c.Job),
        FindFinishedJob c => FindUnexpired(state, c.Job, time) is not { } job ? NotFound(c.Job)
            : job.IsReady(time.Now) ? Reply(job)
            : Refuse(new Refusal.JobNotReady(c.Job, job.ReadyAt)),
        CountRetirements => Reply(new Retirements(state.Retired.Count, FindFull(state))),
        RetireArchive c => RetireArchive(state, c, time),
        ConfirmRetirementDelivered c => state.Retired.ByNumber.TryGetValue(c.Number, out var retired) && !retired.Told
            ? Accept(new RetirementDelivered(c.Number))
            : Nothing,
        ListJobs c => ListJobs(state, c, time),
        UpdateNotifications c => UpdateNotifications(state, c, time.Now),
        ConfirmNoticeSent c => state.FindOwed(c.Job, c.Topic) is not null
            ? Accept(new NoticeSent(c.Job, c.Topic))
            : Nothing,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
    };

    /// <inheritdoc/>
    public override JobsState Evolve(JobsState state, JobsEvent happened)
    {
        switch (happened)
        {
            case RetrievalStarted e:
                return WithJob(state, e.Job);
            case InventoryStarted e:
                return WithJob(state, e.Job);
            case InventoryBegun e:
                return WithJob(state, e.Job);
            case InventoryMeasured e when state.ById.GetValueOrDefault(e.Job) is UnmeasuredInventory begun:
                return WithJob(WithoutJobs(state, [begun]), begun.WithOutput(e.Output, e.ReadyAt));
            case VaultTopicUpdated e:
                return WithNotifications(state, e);
            case JobFinished e when state.ById.TryGetValue(e.Job, out var job):
                return WithFinished(state, job, e);
            case NoticeSent e:
                return WithoutNotice(state, e.Job, e.Topic);
            case NoticeAbandoned e:
                return WithoutNotice(state, e.Job, e.Topic);
            case ArchiveRetired e:
                return state with { Retired = state.Retired.Add(e, rememberedRetirements) };
            case RetirementDelivered e:
                return state with { Retired = state.Retired.MarkDelivered(e.Number, rememberedRetirements) };
            case RetirementsCarriedOver e:
                return state with { Retired = RestoreRetirements(e) };
            case JobsExpired e:
                return WithoutJobs(state, Expired(state, e.At));
            default:
                throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}.");
        }
    }

    /// <summary>Announces finished jobs, abandons notices that could not be delivered for too long, and removes expired
    /// jobs.</summary>
    public override Decision<JobsEvent> Wake(JobsState state, ServiceTime time)
    {
        var happened = AnnounceFinished(state, time.Now, out var notices);
        happened.AddRange(AbandonOldNotices(state, time));
        var after = happened.Aggregate(state, Evolve);
        var expiredBy = ExpiredBy(time);
        if (Expired(after, expiredBy).Count > 0)
        {
            happened.Add(new JobsExpired(expiredBy));
        }

        return happened.Count > 0 ? Accept(Done.Instance, [.. happened]).Telling([.. notices]) : Nothing;
    }

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(JobsState state, ServiceTime time)
    {
        DateTimeOffset? first = null;
        Consider(state.Unannounced.Min?.ReadyAt);
        foreach (var notices in state.UndeliveredNotices.Values)
        {
            // All notices of a job have the same start time, so checking one of them is enough.
            Consider(time.DueAt(notices[0].FinishedAt, Limits.NoticeLife));
        }

        foreach (var job in state.ByReadiness)
        {
            if (!state.UndeliveredNotices.ContainsKey(job))
            {
                Consider(time.DueAt(job.ReadyAt, Limits.JobOutputLife));
                break;
            }
        }

        return first;

        void Consider(DateTimeOffset? at) => first = first is null || at < first ? at : first;
    }

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(JobsState state) =>
        state.UndeliveredNotices.Values.SelectMany(notices => notices.Select(Notify))
            .Concat(state.Retired.ByNumber.Values.Where(retired => !retired.Told).Select(TellUpload))
            .Concat(state.ByReadiness.OfType<UnmeasuredInventory>().Select(Measure));

    /// <inheritdoc/>
    public override IEnumerable<JobsEvent> Compact(JobsState state)
    {
        if (state.NotificationsVersion > 0)
        {
            yield return new VaultTopicUpdated(state.NotificationsVersion, state.Notifications, DateTimeOffset.UnixEpoch);
        }

        if (state.Retired.Count > 0)
        {
            yield return new RetirementsCarriedOver(state.Retired.Count, [.. state.Retired.ByNumber.Values]);
        }

        foreach (var cursor in state.ByTime)
        {
            yield return StartedEvent(state.ById[cursor.Job]);
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
        state.ById.Count + state.Finished.Count + (state.NotificationsVersion > 0 ? 1 : 0)
        + (state.Retired.Count > 0 ? 1 + state.Retired.ByNumber.Count : 0);

    private static JobsState WithJob(JobsState state, VaultJob job) => state with
    {
        ById = state.ById.SetItem(job.Job, job),
        Inventories = state.Inventories + (IsInventory(job) ? 1 : 0),
        ByTime = state.ByTime.Add(job.Cursor),
        ByReadiness = state.ByReadiness.Add(job),
        Unannounced = MustBeAnnounced(state, job) ? state.Unannounced.Add(job) : state.Unannounced,
        LastExpiry = WithExpiry(state.LastExpiry, job),
    };

    private static JobsState WithoutJobs(JobsState state, List<VaultJob> removed) => state with
    {
        ById = state.ById.RemoveRange(removed.Select(job => job.Job)),
        Inventories = state.Inventories - removed.Count(IsInventory),
        ByTime = state.ByTime.Except(removed.Select(job => job.Cursor)),
        ByReadiness = state.ByReadiness.Except(removed),
        Unannounced = state.Unannounced.Except(removed),
        Finished = state.Finished.Except(removed.Select(job => job.Job)),
        LastExpiry = removed.Aggregate(state.LastExpiry, WithoutExpiry),
    };

    /// <summary>Jobs that have expired by an instant. Jobs with undelivered notices are kept until these are delivered or
    /// abandoned.</summary>
    private static List<VaultJob> Expired(JobsState state, DateTimeOffset by)
    {
        var expired = new List<VaultJob>();
        foreach (var job in state.ByReadiness)
        {
            if (job.ExpiresAt > by)
            {
                break;
            }

            if (!state.UndeliveredNotices.ContainsKey(job))
            {
                expired.Add(job);
            }
        }

        return expired;
    }

    private static Decision<JobsEvent> ListJobs(JobsState state, ListJobs command, ServiceTime time)
    {
        var now = time.Now;
        var expiredBy = ExpiredBy(time);
        var listed = new List<VaultJob>();
        foreach (var cursor in state.ByTime)
        {
            var job = state.ById[cursor.Job];
            if (command.After >= cursor || job.ExpiresAt <= expiredBy || (command.Finished ?? job.IsReady(now)) != job.IsReady(now))
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

    private static VaultJob? FindUnexpired(JobsState state, JobId id, ServiceTime time) =>
        state.ById.TryGetValue(id, out var job) && job.ExpiresAt > ExpiredBy(time) ? job : null;

    /// <summary>The instant up to which jobs have expired. If the <see cref="VaultJob.ExpiresAt"/> of a job is not later, its output was
    /// available for the whole of <see cref="Limits.JobOutputLife"/>.</summary>
    private static DateTimeOffset ExpiredBy(ServiceTime time) =>
        time.ServedAgo(Limits.JobOutputLife) + Limits.JobOutputLife;

    private static Decision<JobsEvent> NotFound(JobId job) =>
        Refuse(new Refusal.JobNotFound(job));
}
