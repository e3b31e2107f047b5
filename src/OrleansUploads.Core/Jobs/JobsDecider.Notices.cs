using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <content>Who is told that a job has finished: the topic that its caller named, and that of its vault.</content>
public sealed partial class JobsDecider
{
    /// <summary>Accepts a job. One that is ready at once is announced at once.</summary>
    private static Decision<JobsEvent> Begin(JobsState state, VaultJob job, JobsEvent started, DateTimeOffset now)
    {
        var topics = Topics(state, job);
        return topics.IsEmpty || !job.IsReady(now)
            ? Accept(job, started)
            : Accept(job, started, new JobFinished(job.Job, now, topics))
                .Telling([.. topics.Select(topic => Notify(new JobNotice(topic, job, now)))]);
    }

    /// <summary>A new setting is not about jobs that have finished: those are announced by the old one first.</summary>
    private static Decision<JobsEvent> Take(JobsState state, TakeNotifications command, DateTimeOffset now)
    {
        if (command.Version <= state.NotificationsVersion)
        {
            return Nothing;
        }

        var happened = Announce(state, now, out var notices);
        happened.Add(new VaultTopicTaken(command.Version, command.Notifications, now));
        return Accept(Done.Instance, [.. happened]).Telling([.. notices]);
    }

    /// <summary>Announces the jobs that have finished by now.</summary>
    private static List<JobsEvent> Announce(JobsState state, DateTimeOffset now, out List<Intent> notices)
    {
        var happened = new List<JobsEvent>();
        notices = [];
        foreach (var job in state.Unannounced)
        {
            if (!job.IsReady(now))
            {
                break;
            }

            var topics = Topics(state, job);
            happened.Add(new JobFinished(job.Job, now, topics));
            notices.AddRange(topics.Select(topic => Notify(new JobNotice(topic, job, now))));
        }

        return happened;
    }

    private static JobsState Taken(JobsState state, VaultTopicTaken taken)
    {
        var after = state with
        {
            Notifications = taken.Notifications,
            NotificationsVersion = taken.Version,
            Finished = state.Finished.Union(
                state.ByReadiness.TakeWhile(job => job.IsReady(taken.At)).Select(job => job.Job)),
        };
        return after with
        {
            Unannounced = state.ByReadiness.Clear().Union(state.ByReadiness.Where(
                job => !after.Finished.Contains(job.Job) && !Topics(after, job).IsEmpty)),
        };
    }

    private static JobsState Finished(JobsState state, VaultJob job, JobFinished finished) => state with
    {
        Unannounced = state.Unannounced.Remove(job),
        Finished = state.Finished.Add(job.Job),
        Owed = finished.Topics.Count == 0
            ? state.Owed
            : state.Owed.SetItem(job, [.. finished.Topics.Select(topic => new JobNotice(topic, job, finished.At))]),
    };

    /// <summary>A message is no longer owed.</summary>
    private static JobsState Settled(JobsState state, JobId id, string topic)
    {
        if (state.FindOwed(id, topic) is not { Job: var job } settled)
        {
            return state;
        }

        var left = state.Owed[job].Remove(settled);
        return state with { Owed = left.IsEmpty ? state.Owed.Remove(job) : state.Owed.SetItem(job, left) };
    }

    private static IEnumerable<NoticeGivenUp> GiveUp(JobsState state, DateTimeOffset now) =>
        from notices in state.Owed.Values
        from notice in notices
        where notice.GivenUpAt <= now
        select new NoticeGivenUp(notice.Job.Job, notice.Topic, now);

    private static JobFinished CompactFinished(JobsState state, VaultJob job) =>
        state.Owed.TryGetValue(job, out var owed)
            ? new JobFinished(job.Job, owed[0].FinishedAt, [.. owed.Select(notice => notice.Topic)])
            : new JobFinished(job.Job, job.ReadyAt, []);

    /// <summary>The topics that are told of a job's end, each once.</summary>
    private static ImmutableArray<string> Topics(JobsState state, VaultJob job)
    {
        var own = string.IsNullOrEmpty(job.Wish.Topic) ? null : job.Wish.Topic;
        var vaults = state.Notifications is { } set && set.Jobs.HasFlag(KindOf(job)) && set.Topic != own ? set.Topic : null;
        return (own, vaults) switch
        {
            (null, null) => [],
            (not null, null) => [own],
            (null, not null) => [vaults],
            _ => [own, vaults],
        };
    }

    private static NotifiedJobs KindOf(VaultJob job) => job switch
    {
        RetrievalJob => NotifiedJobs.ArchiveRetrievals,
        InventoryJob => NotifiedJobs.InventoryRetrievals,
        _ => throw new InvalidOperationException($"Nobody is told of a {job.GetType().Name}."),
    };

    private static Intent Notify(JobNotice notice) => new(
        notice.Key, new IntentAction.Notify(notice), new ConfirmNoticeSent(notice.Job.Job, notice.Topic));
}
