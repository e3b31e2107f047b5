using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>The rules of a vault's jobs: how they start, finish and expire. A job finishes when its time has come, so
/// finishing needs no event unless a topic must be notified.</summary>
/// <remarks>Notices (<see cref="JobNoticeRules"/>) and the retirement of deleted archives (<see cref="RetirementRules"/>)
/// have their own rules.</remarks>
/// <param name="limits">Null for the defaults.</param>
public sealed class JobsDecider(
    RetrievalPolicy policy, VaultLimits? limits = null, int rememberedRetirements = JobsDecider.DefaultRememberedRetirements)
    : Decider<JobsState, JobsCommand, JobsEvent>
{
    /// <summary>Default number of retired archives to remember. If more archives are deleted between the lookup of an archive and
    /// the start of its retrieval, the retrieval is refused and the lookup must be repeated.</summary>
    public const int DefaultRememberedRetirements = 1024;

    /// <summary>The largest number of archives whose inventory is measured before its job starts. It takes some
    /// milliseconds.</summary>
    public const int MaxArchivesMeasuredFirst = 1000;

    /// <summary>How long the bytes are kept after the job's output has expired, because a download may still be
    /// running.</summary>
    public static readonly TimeSpan DownloadGrace = TimeSpan.FromHours(1);

    private readonly VaultLimits _limits = limits ?? new VaultLimits();

    public override JobsState Initial => JobsState.Empty;

    public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) => command switch
    {
        JobStart c => Start(state, c, time),
        ConfirmInventoryMeasured c => ConfirmMeasured(state, c, time),
        FindJob c => FindUnexpired(state, c.Job, time) is { } job ? Reply(job) : NotFound(c.Job),
        FindFinishedJob c => FindUnexpired(state, c.Job, time) is not { } job ? NotFound(c.Job)
            : job.IsReady(time.Now) ? Reply(job)
            : Refuse(new Refusal.JobNotReady(c.Job, job.ReadyAt)),
        ListJobs c => ListJobs(state, c, time),
        CountRetirements => Reply(new Retirements(state.Retired.Count, FindFull(state))),
        RetireArchive c => RetirementRules.Retire(state.Retired, c, LastExpiry(state, c.Archive, time), time),
        ConfirmRetirementDelivered c => RetirementRules.ConfirmDelivered(state.Retired, c),
        UpdateNotifications c => JobNoticeRules.Update(state.Notices, c, time.Now),
        ConfirmNoticeSent c => state.Notices.FindOwed(state.Find(c.Job), c.Topic) is not null
            ? Accept(new NoticeSent(c.Job, c.Topic))
            : Nothing,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
    };

    public override JobsState Evolve(JobsState state, JobsEvent happened) => happened switch
    {
        RetrievalStarted e => state.With(e.Job),
        InventoryStarted e => state.With(e.Job),
        InventoryBegun e => state.With(e.Job),
        InventoryMeasured e when state.Find(e.Job) is UnmeasuredInventory begun =>
            state.Without([begun]).With(begun.WithOutput(e.Output, e.ReadyAt)),
        JobsExpired e => state.Without(Expired(state, e.At)),
        VaultTopicUpdated e => state with { Notices = state.Notices.With(e, state.ByReadiness) },
        JobFinished e when state.Find(e.Job) is { } job => state with { Notices = state.Notices.With(e, job) },
        NoticeSent e => state with { Notices = state.Notices.Without(state.Find(e.Job), e.Topic) },
        NoticeAbandoned e => state with { Notices = state.Notices.Without(state.Find(e.Job), e.Topic) },
        ArchiveRetired e => state with { Retired = state.Retired.Add(e, rememberedRetirements) },
        RetirementDelivered e => state with { Retired = state.Retired.MarkDelivered(e.Number, rememberedRetirements) },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    /// <summary>Announces finished jobs, abandons notices that could not be delivered for too long, and removes expired
    /// jobs.</summary>
    public override Decision<JobsEvent> Wake(JobsState state, ServiceTime time)
    {
        var happened = JobNoticeRules.AnnounceFinished(state.Notices, time.Now, out var notices);
        happened.AddRange(JobNoticeRules.AbandonOld(state.Notices, time));
        var after = happened.Aggregate(state, Evolve);
        var expiredBy = ExpiredBy(time);
        if (Expired(after, expiredBy).Count > 0)
        {
            happened.Add(new JobsExpired(expiredBy));
        }

        return happened.Count > 0 ? Accept(Done.Instance, [.. happened]).Raising([.. notices]) : Nothing;
    }

    public override DateTimeOffset? WakeAt(JobsState state, ServiceTime time)
    {
        // All notices of a job have the same start time, so checking one of them is enough.
        var undelivered = state.Notices.Undelivered;
        var abandonedAt = undelivered.Values.Min(
            notices => (DateTimeOffset?)time.DueAt(notices[0].FinishedAt, Limits.NoticeLife));
        DateTimeOffset? expiredAt = state.ByReadiness.FirstOrDefault(job => !undelivered.ContainsKey(job)) is { } next
            ? time.DueAt(next.ReadyAt, Limits.JobOutputLife)
            : null;
        return new[] { state.Notices.Unannounced.Min?.ReadyAt, abandonedAt, expiredAt }.Min();
    }

    public override IEnumerable<Intent> Pending(JobsState state) => JobNoticeRules.Pending(state.Notices)
        .Concat(RetirementRules.Pending(state.Retired))
        .Concat(state.ByReadiness.OfType<UnmeasuredInventory>().Select(Measure));

    public override int SnapshotCost(JobsState state) =>
        state.ById.Count + state.Notices.Finished.Count + state.Retired.ByNumber.Count;

    /// <summary>Whether the output of an inventory is measured before its job starts, so that the job can finish at once.</summary>
    /// <remarks>The versions of the shards count additions and deletions, so a snapshot has at most as many archives as their sum.
    /// Without a window, reading ends at the limit of the selection.</remarks>
    /// <param name="maxArchives">The largest number of archives that are read before the job starts, usually
    /// <see cref="MaxArchivesMeasuredFirst"/>.</param>
    public static bool IsMeasuredFirst(InventorySnapshot inventory, InventorySelection selection, int maxArchives) =>
        (selection.Created == default && selection.Limit <= maxArchives) || inventory.Versions.Sum() <= maxArchives;

    private Decision<JobsEvent> Start(JobsState state, JobStart command, ServiceTime time) =>
        state.Find(command.Job) is { } known ? Repeat(known)
        : command is StartRetrieval retrieval && RefusalOf(state, retrieval) is { } refusal ? Refuse(refusal)
        : InventoryOf(command)?.AskedAt < time.ServedAgo(Limits.MaxInventoryAge) ? Refuse(new Refusal.InventoryStale())
        : Admit(state, NewJob(command, time.Now), time.Now);

    private static InventorySnapshot? InventoryOf(JobStart command) => command switch
    {
        BeginInventory c => c.Inventory,
        StartInventory c => c.Inventory,
        _ => null,
    };

    private static Refusal? RefusalOf(JobsState state, StartRetrieval command) =>
        RetrievalJob.RefusalOf(command.Archive, RetrievalJob.RangeOf(command.Archive, command.Range))
        ?? RetirementRules.RefusalOfStaleLookup(state.Retired, command);

    private VaultJob NewJob(JobStart command, DateTimeOffset now)
    {
        return command switch
        {
            StartRetrieval c => new RetrievalJob(
                c.Job,
                c.Archive,
                RetrievalJob.RangeOf(c.Archive, c.Range),
                c.RangeTreeHash,
                c.Wish,
                now,
                now + policy.DelayOf(c.Wish.Tier)),
            BeginInventory c => Unmeasured(c),
            StartInventory c => Unmeasured(new(c.Job, c.Inventory, c.Selection, c.Format, c.Output.VaultName, c.Wish))
                .WithOutput(c.Output, now + policy.StandardDelay),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown start of a job."),
        };

        UnmeasuredInventory Unmeasured(BeginInventory c) =>
            new(c.Job, c.Inventory with { AskedAt = null }, c.Selection, c.Format, c.VaultName, c.Wish, now, now + policy.StandardDelay);
    }

    private static JobsEvent StartedEvent(VaultJob job) => job switch
    {
        RetrievalJob retrieval => new RetrievalStarted(retrieval),
        InventoryJob inventory => new InventoryStarted(inventory),
        UnmeasuredInventory begun => new InventoryBegun(begun),
        _ => throw new InvalidOperationException($"Unexpected job type {job.GetType().Name}."),
    };

    private JobsFull? FindFull(JobsState state) =>
        state.ById.Count >= _limits.Jobs ? new JobsFull(_limits.Jobs, state.ByReadiness[0].ExpiresAt) : null;

    /// <summary>Accepts a job if the vault is below its limits. A job whose output has expired counts until it is
    /// removed.</summary>
    private Decision<JobsEvent> Admit(JobsState state, VaultJob job, DateTimeOffset now) =>
        FindFull(state) is { } full ? Refuse(full.ToRefusal())
        : job.IsInventory && state.Inventories >= _limits.InventoryJobs
            ? Refuse(new Refusal.TooManyJobs(
                _limits.InventoryJobs,
                OfInventories: true,
                state.ByReadiness.First(other => other.IsInventory).ExpiresAt))
        : job is UnmeasuredInventory begun ? Accept(job, StartedEvent(job)).Raising(Measure(begun))
        : JobNoticeRules.AcceptJob(state.Notices, job, job, StartedEvent(job), now);

    /// <summary>The output is available for as long as other jobs' output, no matter how long measuring took. A job that has
    /// expired stays so: shards no longer need to remember deleted archives for it.</summary>
    private static Decision<JobsEvent> ConfirmMeasured(JobsState state, ConfirmInventoryMeasured command, ServiceTime time)
    {
        if (FindUnexpired(state, command.Job, time) is not UnmeasuredInventory begun)
        {
            return Nothing;
        }

        var now = time.Now;
        var job = begun.WithOutput(command.Output, begun.ReadyAt > now ? begun.ReadyAt : now);
        return JobNoticeRules.AcceptJob(
            state.Notices, Done.Instance, job, new InventoryMeasured(job.Job, job.Output, job.ReadyAt), now);
    }

    /// <summary>No caller waits for it: the caller has the job's ID, and asks later whether the job has finished.</summary>
    private static Intent Measure(UnmeasuredInventory job) => new(
        $"measure/{job.Job}",
        new MeasureInventory(job),
        output => new ConfirmInventoryMeasured(job.Job, (InventoryOutput)output))
    {
        IsAwaited = false,
    };

    /// <summary>The jobs that have expired by an instant. Jobs with undelivered notices are kept until these are delivered or
    /// abandoned.</summary>
    private static List<VaultJob> Expired(JobsState state, DateTimeOffset by) =>
        [.. state.ByReadiness.TakeWhile(job => job.ExpiresAt <= by).Where(job => !state.Notices.Undelivered.ContainsKey(job))];

    private static Decision<JobsEvent> ListJobs(JobsState state, ListJobs command, ServiceTime time)
    {
        var now = time.Now;
        var expiredBy = ExpiredBy(time);
        var (jobs, hasMore) = state.ByTime
            .Where(cursor => command.After is not { } after || JobCursor.Order.Compare(cursor, after) > 0)
            .Select(cursor => state.ById[cursor.Job])
            .Where(job => job.ExpiresAt > expiredBy && (command.Finished ?? job.IsReady(now)) == job.IsReady(now))
            .FirstPage(command.Limit);
        return Reply(new JobsPage(jobs, now, hasMore));
    }

    private static VaultJob? FindUnexpired(JobsState state, JobId id, ServiceTime time) =>
        state.Find(id) is { } job && job.ExpiresAt > ExpiredBy(time) ? job : null;

    /// <summary>The latest expiry of the unexpired jobs of an archive, or null if it has none.</summary>
    private static DateTimeOffset? LastExpiry(JobsState state, ArchiveId archive, ServiceTime time) =>
        state.LastExpiry.TryGetValue(archive, out var last) && last > ExpiredBy(time) ? last : null;

    /// <summary>The instant up to which jobs have expired. If the <see cref="VaultJob.ExpiresAt"/> of a job is not later, its output was
    /// available for the whole of <see cref="Limits.JobOutputLife"/>.</summary>
    private static DateTimeOffset ExpiredBy(ServiceTime time) =>
        time.ServedAgo(Limits.JobOutputLife) + Limits.JobOutputLife;

    private static Decision<JobsEvent> NotFound(JobId job) =>
        Refuse(new Refusal.JobNotFound(job));
}
