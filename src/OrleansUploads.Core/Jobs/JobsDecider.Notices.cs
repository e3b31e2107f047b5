using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <content>Notices about finished jobs. They go to the topic that the caller named and to the vault's topic.</content>
public sealed partial class JobsDecider
{
    /// <summary>Accepts an event of a job. A job that is ready immediately is also announced immediately.</summary>
    private static Decision<JobsEvent> AcceptJob(
        JobsState state, object answer, VaultJob job, JobsEvent happened, DateTimeOffset now)
    {
        var topics = TopicsFor(state, job);
        return topics.IsEmpty || !job.IsReady(now)
            ? Accept(answer, happened)
            : Accept(answer, happened, new JobFinished(job.Job, now, topics))
                .Telling([.. topics.Select(topic => Notify(new JobNotice(topic, job, now)))]);
    }

    /// <summary>Changes the notification setting. The new setting does not apply to finished jobs, so they are announced with the
    /// old setting first.</summary>
    private static Decision<JobsEvent> UpdateNotifications(JobsState state, UpdateNotifications command, DateTimeOffset now)
    {
        if (command.Version <= state.NotificationsVersion)
        {
            return Nothing;
        }

        var happened = AnnounceFinished(state, now, out var notices);
        happened.Add(new VaultTopicUpdated(command.Version, command.Notifications, now));
        return Accept(Done.Instance, [.. happened]).Telling([.. notices]);
    }

    /// <summary>The events and notices for all jobs that have finished and were not announced yet.</summary>
    private static List<JobsEvent> AnnounceFinished(JobsState state, DateTimeOffset now, out List<Intent> notices)
    {
        var happened = new List<JobsEvent>();
        notices = [];
        foreach (var job in state.Unannounced)
        {
            if (!job.IsReady(now))
            {
                break;
            }

            var topics = TopicsFor(state, job);
            happened.Add(new JobFinished(job.Job, now, topics));
            notices.AddRange(topics.Select(topic => Notify(new JobNotice(topic, job, now))));
        }

        return happened;
    }

    private static JobsState WithNotifications(JobsState state, VaultTopicUpdated updated)
    {
        var after = state with
        {
            Notifications = updated.Notifications,
            NotificationsVersion = updated.Version,
            Finished = state.Finished.Union(
                state.ByReadiness.Where(job => job.IsReady(updated.At)).Select(job => job.Job)),
        };
        return after with
        {
            Unannounced = state.ByReadiness.Clear().Union(state.ByReadiness.Where(
                job => !after.Finished.Contains(job.Job) && MustBeAnnounced(after, job))),
        };
    }

    private static JobsState WithFinished(JobsState state, VaultJob job, JobFinished finished) => state with
    {
        Unannounced = state.Unannounced.Remove(job),
        Finished = state.Finished.Add(job.Job),
        UndeliveredNotices = finished.Topics.Count == 0
            ? state.UndeliveredNotices
            : state.UndeliveredNotices.SetItem(job, [.. finished.Topics.Select(topic => new JobNotice(topic, job, finished.At))]),
    };

    /// <summary>Removes a notice that was delivered or abandoned.</summary>
    private static JobsState WithoutNotice(JobsState state, JobId id, string topic)
    {
        if (state.FindOwed(id, topic) is not { Job: var job } notice)
        {
            return state;
        }

        var left = state.UndeliveredNotices[job].Remove(notice);
        return state with
        {
            UndeliveredNotices = left.IsEmpty
                ? state.UndeliveredNotices.Remove(job)
                : state.UndeliveredNotices.SetItem(job, left),
        };
    }

    private static IEnumerable<NoticeAbandoned> AbandonOldNotices(JobsState state, ServiceTime time) =>
        from notices in state.UndeliveredNotices.Values
        from notice in notices
        where notice.FinishedAt <= time.ServedAgo(Limits.NoticeLife)
        select new NoticeAbandoned(notice.Job.Job, notice.Topic, time.Now);

    private static JobFinished CompactFinished(JobsState state, VaultJob job) =>
        state.UndeliveredNotices.TryGetValue(job, out var notices)
            ? new JobFinished(job.Job, notices[0].FinishedAt, [.. notices.Select(notice => notice.Topic)])
            : new JobFinished(job.Job, job.ReadyAt, []);

    /// <summary>The distinct topics to notify when a job finishes.</summary>
    private static ImmutableArray<string> TopicsFor(JobsState state, VaultJob job)
    {
        var jobTopic = string.IsNullOrEmpty(job.Wish.Topic) ? null : job.Wish.Topic;
        var vaultTopic = state.Notifications is { } setting && setting.Jobs.HasFlag(KindOf(job)) && setting.Topic != jobTopic
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

    /// <summary>Whether a topic waits for a job. An unmeasured inventory becomes another job before it can finish.</summary>
    private static bool MustBeAnnounced(JobsState state, VaultJob job) =>
        job is not UnmeasuredInventory && !TopicsFor(state, job).IsEmpty;

    private static NotifiedJobs KindOf(VaultJob job) => job switch
    {
        RetrievalJob => NotifiedJobs.ArchiveRetrievals,
        InventoryJob or UnmeasuredInventory => NotifiedJobs.InventoryRetrievals,
        _ => throw new InvalidOperationException($"Unexpected job type {job.GetType().Name}."),
    };

    private static Intent Notify(JobNotice notice) => new(
        notice.Key, new NotifyTopic(notice), new ConfirmNoticeSent(notice.Job.Job, notice.Topic));
}
