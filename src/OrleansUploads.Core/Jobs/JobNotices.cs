using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>A notice to a topic that a job has finished. Delivery is retried until the topic's receiver has accepted it, or
/// until it is abandoned after <see cref="Limits.NoticeLife"/>.</summary>
/// <param name="FinishedAt">When the jobs entity noticed that the job had finished; <see cref="Limits.NoticeLife"/> starts
/// here.</param>
public sealed record JobNotice(string Topic, VaultJob Job, DateTimeOffset FinishedAt)
{
    /// <summary>ID of the notice. Every retry of the same notice has the same ID; different notices have different IDs.</summary>
    public Guid Id => new(SHA256.HashData(Encoding.UTF8.GetBytes(Key)).AsSpan(0, 16), bigEndian: true);

    /// <summary>Key of the intent that delivers the notice. A job notifies each topic only once.</summary>
    internal string Key => $"notify/{Job.Job}/{Topic}";
}

/// <summary>The notices about finished jobs: who is to be notified, and who has been.</summary>
public sealed record JobNotices
{
    public static JobNotices None { get; } = new();

    /// <summary>The vault's setting, or null for none.</summary>
    public VaultNotifications? Setting { get; init; }

    /// <summary>The version of the setting, or 0 before the first one.</summary>
    public long Version { get; init; }

    /// <summary>Jobs that a topic is waiting for and that have not been announced as finished.</summary>
    public ImmutableSortedSet<VaultJob> Unannounced { get; init; } = ImmutableSortedSet.Create(VaultJob.ReadinessOrder);

    /// <summary>Finished jobs that were announced, or that had finished when the notification setting changed. Later settings do
    /// not apply to them.</summary>
    public ImmutableHashSet<JobId> Finished { get; init; } = [];

    /// <summary>Notices that have not been delivered, by job. Each job in this map has at least one.</summary>
    public ImmutableSortedDictionary<VaultJob, ImmutableArray<JobNotice>> Undelivered { get; init; } =
        ImmutableSortedDictionary.Create<VaultJob, ImmutableArray<JobNotice>>(VaultJob.ReadinessOrder);

    /// <summary>The undelivered notice of a job for a topic, or null.</summary>
    public JobNotice? FindOwed(VaultJob? job, string topic) => job is not null && Undelivered.TryGetValue(job, out var notices)
        ? notices.FirstOrDefault(notice => notice.Topic == topic)
        : null;

    /// <summary>The distinct topics to notify when a job finishes.</summary>
    internal ImmutableArray<string> TopicsFor(VaultJob job)
    {
        var jobTopic = string.IsNullOrEmpty(job.Wish.Topic) ? null : job.Wish.Topic;
        var vaultTopic = Setting is { } setting && setting.Jobs.HasFlag(KindOf(job)) && setting.Topic != jobTopic
            ? setting.Topic
            : null;
        return (jobTopic, vaultTopic) switch
        {
            (null, null) => [],
            (not null, null) => [jobTopic],
            (null, not null) => [vaultTopic],
            _ => [jobTopic, vaultTopic],
        };
    }

    internal JobNotices With(VaultJob job) => MustBeAnnounced(job) ? this with { Unannounced = Unannounced.Add(job) } : this;

    internal JobNotices Without(IReadOnlyCollection<VaultJob> removed) => this with
    {
        Unannounced = Unannounced.Except(removed),
        Finished = Finished.Except(removed.Select(job => job.Job)),
    };

    /// <summary>The new setting does not apply to jobs that have finished.</summary>
    internal JobNotices With(VaultTopicUpdated updated, IReadOnlyCollection<VaultJob> jobs)
    {
        var after = this with
        {
            Setting = updated.Notifications,
            Version = updated.Version,
            Finished = Finished.Union(jobs.Where(job => job.IsReady(updated.At)).Select(job => job.Job)),
        };
        return after with
        {
            Unannounced = Unannounced.Clear().Union(
                jobs.Where(job => !after.Finished.Contains(job.Job) && after.MustBeAnnounced(job))),
        };
    }

    internal JobNotices With(JobFinished finished, VaultJob job) => this with
    {
        Unannounced = Unannounced.Remove(job),
        Finished = Finished.Add(job.Job),
        Undelivered = finished.Topics.Count == 0
            ? Undelivered
            : Undelivered.SetItem(job, [.. finished.Topics.Select(topic => new JobNotice(topic, job, finished.At))]),
    };

    /// <summary>Returns the state with what a snapshot says about jobs that have finished.</summary>
    internal JobNotices With(StoredJobs stored, IReadOnlyDictionary<JobId, VaultJob> jobs) => this with
    {
        Unannounced = Unannounced.Except(stored.Finished.Select(job => jobs[job])),
        Finished = [.. stored.Finished],
        Undelivered = Undelivered.AddRange(stored.Undelivered
            .GroupBy(notice => jobs[notice.Job], notice => new JobNotice(notice.Topic, jobs[notice.Job], notice.FinishedAt))
            .Select(notices => KeyValuePair.Create(notices.Key, ImmutableArray.CreateRange(notices)))),
    };

    /// <summary>Returns the state after a notice was delivered or abandoned.</summary>
    internal JobNotices Without(VaultJob? job, string topic)
    {
        if (FindOwed(job, topic) is not { } notice)
        {
            return this;
        }

        var left = Undelivered[notice.Job].Remove(notice);
        return this with
        {
            Undelivered = left.IsEmpty ? Undelivered.Remove(notice.Job) : Undelivered.SetItem(notice.Job, left),
        };
    }

    /// <summary>Whether a topic waits for a job. An unmeasured inventory becomes another job before it can finish.</summary>
    private bool MustBeAnnounced(VaultJob job) => job is not UnmeasuredInventory && !TopicsFor(job).IsEmpty;

    private static NotifiedJobs KindOf(VaultJob job) =>
        job.IsInventory ? NotifiedJobs.InventoryRetrievals : NotifiedJobs.ArchiveRetrievals;
}

/// <summary>The rules of notices about finished jobs. They go to the topic that the caller named and to the vault's topic.</summary>
internal sealed class JobNoticeRules : Rules<JobsEvent>
{
    /// <summary>Accepts an event of a job. A job that is ready immediately is also announced immediately.</summary>
    public static Decision<JobsEvent> AcceptJob(
        JobNotices state, IAnswer answer, VaultJob job, JobsEvent happened, DateTimeOffset now)
    {
        var topics = state.TopicsFor(job);
        return topics.IsEmpty || !job.IsReady(now)
            ? Accept(answer, happened)
            : Accept(answer, happened, new JobFinished(job.Job, now, topics))
                .Raising([.. topics.Select(topic => Notify(new JobNotice(topic, job, now)))]);
    }

    /// <summary>Changes the notification setting. The new setting does not apply to finished jobs, so they are announced with the
    /// old setting first.</summary>
    public static Decision<JobsEvent> Update(JobNotices state, UpdateNotifications command, DateTimeOffset now)
    {
        if (command.Version <= state.Version)
        {
            return Nothing;
        }

        var happened = AnnounceFinished(state, now, out var notices);
        happened.Add(new VaultTopicUpdated(command.Version, command.Notifications, now));
        return Accept(Done.Instance, [.. happened]).Raising([.. notices]);
    }

    /// <summary>The events and notices for all jobs that have finished and were not announced yet.</summary>
    public static List<JobsEvent> AnnounceFinished(JobNotices state, DateTimeOffset now, out List<Intent> notices)
    {
        var happened = new List<JobsEvent>();
        notices = [];
        foreach (var job in state.Unannounced)
        {
            if (!job.IsReady(now))
            {
                break;
            }

            var topics = state.TopicsFor(job);
            happened.Add(new JobFinished(job.Job, now, topics));
            notices.AddRange(topics.Select(topic => Notify(new JobNotice(topic, job, now))));
        }

        return happened;
    }

    public static IEnumerable<NoticeAbandoned> AbandonOld(JobNotices state, ServiceTime time) =>
        from notices in state.Undelivered.Values
        from notice in notices
        where notice.FinishedAt <= time.ServedAgo(Limits.NoticeLife)
        select new NoticeAbandoned(notice.Job.Job, notice.Topic, time.Now);

    public static IEnumerable<Intent> Pending(JobNotices state) =>
        state.Undelivered.Values.SelectMany(notices => notices.Select(Notify));

    /// <summary>No caller waits for it, because a topic's receiver may be permanently unavailable.</summary>
    private static Intent Notify(JobNotice notice) => new(
        notice.Key, new NotifyTopic(notice), new ConfirmNoticeSent(notice.Job.Job, notice.Topic))
    {
        IsAwaited = false,
    };
}
