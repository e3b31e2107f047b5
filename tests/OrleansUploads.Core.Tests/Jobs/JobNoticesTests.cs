using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Jobs;

/// <summary>Which topics are notified of a finished job, when, and for how long delivery is retried.</summary>
public sealed class JobNoticesTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(4);
    private static readonly VaultNotifications Archives = new("arn:vault", NotifiedJobs.ArchiveRetrievals);

    private readonly DeciderDriver<JobsState, JobsCommand, JobsEvent> _jobs = new(new JobsDecider(RetrievalPolicy.After(Delay)));

    private static JobId Job(int number) => JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number));

    private static StartRetrieval Retrieval(int number, string? topic = null) => new(
        Job(number), Some.Archive(1), null, null, new JobOptions(Description.None, topic, RetrievalTier.Standard));

    private static StartInventory Inventory(int number, string? topic = null) => new(
        Job(number),
        new InventorySnapshot(Some.Incarnation, Some.Noon, new long[VaultIncarnation.FewShards]),
        new InventorySelection(new CreationWindow(null, null), null, null),
        InventoryFormat.Json,
        new InventoryOutput("the vault", 1, null),
        new JobOptions(Description.None, topic, RetrievalTier.Standard));

    private IEnumerable<string> PendingTopics() => Topics(_jobs.Decider.Pending(_jobs.State));

    private static IEnumerable<string> Topics(IEnumerable<Intent> intents) =>
        intents.Select(intent => Assert.IsType<NotifyTopic>(intent.Action).Notice.Topic);

    [Fact]
    public void A_topic_is_notified_when_the_job_has_finished_and_not_before()
    {
        _jobs.Do(Retrieval(1, "arn:job"));
        Assert.Equal(Some.Noon + Delay, _jobs.Decider.WakeAt(_jobs.State));
        _jobs.Now += Delay - TimeSpan.FromMilliseconds(1);
        Assert.Empty(_jobs.Wake().Events);
        _jobs.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal(["arn:job"], Topics(_jobs.Wake().Intents));
        Assert.Empty(_jobs.Wake().Events);
        Assert.Equal(["arn:job"], PendingTopics());

        _jobs.Do(new ConfirmNoticeSent(Job(1), "arn:job"));
        Assert.Empty(_jobs.Do(new ConfirmNoticeSent(Job(1), "arn:job")).Events);
        Assert.Empty(PendingTopics());
        Assert.Equal(Some.Noon + Delay + Limits.JobOutputLife, _jobs.Decider.WakeAt(_jobs.State));
    }

    [Fact]
    public void A_job_that_is_ready_at_once_is_announced_without_delaying_its_caller()
    {
        var jobs = new DeciderDriver<JobsState, JobsCommand, JobsEvent>(new JobsDecider(new RetrievalPolicy()));
        var decision = jobs.Do(Retrieval(1, "arn:job"));
        var intent = Assert.Single(decision.Intents);
        Assert.IsType<RetrievalJob>(decision.Answer);
        Assert.IsType<NotifyTopic>(intent.Action);
        Assert.False(intent.IsAwaited);
    }

    [Fact]
    public void Job_and_vault_topics_are_notified_and_a_shared_topic_only_once()
    {
        _jobs.Do(new UpdateNotifications(1, Archives));
        _jobs.Do(Retrieval(1, "arn:job"));
        _jobs.Do(Retrieval(2));
        _jobs.Do(Retrieval(3, "arn:vault"));
        _jobs.Do(Inventory(4));
        _jobs.Do(Inventory(5, "arn:job"));
        _jobs.Now += Delay;
        var topics = Topics(_jobs.Wake().Intents);
        Assert.Equal(["arn:job", "arn:job", "arn:vault", "arn:vault", "arn:vault"], topics.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_notification_setting_applies_to_jobs_that_finish_after_it()
    {
        _jobs.Do(Retrieval(1));
        _jobs.Now += TimeSpan.FromHours(1);
        _jobs.Do(Retrieval(2));
        _jobs.Now = Some.Noon + Delay;
        Assert.Empty(Topics(_jobs.Do(new UpdateNotifications(1, Archives)).Intents));
        _jobs.Now += TimeSpan.FromHours(1);
        Assert.Equal([Job(2)], Notified(_jobs.Wake().Intents));
    }

    [Fact]
    public void Clearing_a_setting_affects_only_jobs_that_finish_later()
    {
        _jobs.Do(new UpdateNotifications(1, Archives));
        _jobs.Do(Retrieval(1));
        _jobs.Now += TimeSpan.FromHours(1);
        _jobs.Do(Retrieval(2));
        _jobs.Now = Some.Noon + Delay;
        Assert.Equal([Job(1)], Notified(_jobs.Do(new UpdateNotifications(2, null)).Intents));
        Assert.Empty(_jobs.Do(new UpdateNotifications(1, Archives)).Events);
        _jobs.Now += TimeSpan.FromHours(1);
        Assert.Empty(_jobs.Wake().Intents);
    }

    [Fact]
    public void An_undeliverable_message_is_given_up_after_a_day_and_its_job_is_removed()
    {
        _jobs.Do(Retrieval(1, "arn:dead"));
        _jobs.Now += Delay + TimeSpan.FromMinutes(1);
        _jobs.Wake();
        Assert.Equal(_jobs.Now + Limits.NoticeLife, _jobs.Decider.WakeAt(_jobs.State));
        _jobs.Now = Some.Noon + Delay + Limits.JobOutputLife;
        Assert.Empty(_jobs.Wake().Events);
        _jobs.Refused<Refusal.JobNotFound>(new FindJob(Job(1)));
        _jobs.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(
            [new NoticeAbandoned(Job(1), "arn:dead", _jobs.Now), new JobsExpired(_jobs.Now)], _jobs.Wake().Events);
        Assert.Empty(PendingTopics());
        Assert.Empty(_jobs.State.ById);
        Assert.Null(_jobs.Decider.WakeAt(_jobs.State));
    }

    [Fact]
    public void A_job_that_finished_during_an_outage_is_still_announced_within_a_day()
    {
        _jobs.Do(Retrieval(1, "arn:job"));
        _jobs.Now += Delay + TimeSpan.FromDays(3);
        Assert.Equal(["arn:job"], Topics(_jobs.Wake().Intents));
        _jobs.Do(new ConfirmNoticeSent(Job(1), "arn:job"));
        _jobs.Wake();
        Assert.Empty(_jobs.State.ById);
    }

    [Fact]
    public void Each_message_has_a_unique_and_stable_ID()
    {
        _jobs.Do(new UpdateNotifications(1, Archives));
        _jobs.Do(Retrieval(1, "arn:job"));
        _jobs.Do(Retrieval(2, "arn:job"));
        _jobs.Now += Delay;
        var first = _jobs.Wake().Intents.Select(Id).ToList();
        Assert.Equal(4, first.Distinct().Count());
        Assert.Equal(first.Order(), Rebuild().Select(Id).Order());

        static Guid Id(Intent intent) => Assert.IsType<NotifyTopic>(intent.Action).Notice.Id;
    }

    [Fact]
    public void A_compacted_history_has_the_same_pending_messages_and_jobs()
    {
        _jobs.Do(Retrieval(1, "arn:job"));
        _jobs.Do(Retrieval(2, "arn:other"));
        _jobs.Now += Delay;
        _jobs.Do(new UpdateNotifications(1, Archives));
        _jobs.Do(new ConfirmNoticeSent(Job(2), "arn:other"));
        _jobs.Do(Retrieval(3));
        _jobs.Do(Inventory(4));

        Assert.Equal(["arn:job"], Topics(Rebuild()));
        var compacted = _jobs.Decider.Compact(_jobs.State).ToList();
        Assert.Equal(_jobs.Decider.CompactCount(_jobs.State), compacted.Count);
        var rebuilt = compacted.Aggregate(_jobs.Decider.Initial, _jobs.Decider.Evolve);
        Assert.Equal(_jobs.Decider.WakeAt(_jobs.State), _jobs.Decider.WakeAt(rebuilt));
        Assert.Equal([Job(3)], rebuilt.Notices.Unannounced.Select(job => job.Job));
        Assert.Equal(_jobs.State.Notices.Finished.Order(Comparer), rebuilt.Notices.Finished.Order(Comparer));
    }

    private static Comparer<JobId> Comparer { get; } = Comparer<JobId>.Create(
        (left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));

    private static IEnumerable<JobId> Notified(IEnumerable<Intent> intents) =>
        intents.Select(intent => Assert.IsType<NotifyTopic>(intent.Action).Notice.Job.Job);

    private IEnumerable<Intent> Rebuild() => _jobs.Decider.Pending(
        _jobs.Decider.Compact(_jobs.State).Aggregate(_jobs.Decider.Initial, _jobs.Decider.Evolve));
}
