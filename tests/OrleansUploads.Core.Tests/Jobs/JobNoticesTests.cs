namespace OrleansUploads.Core.Tests.Jobs;

/// <summary>Which topics are notified of a finished job, when, and for how long delivery is retried.</summary>
public sealed class JobNoticesTests() : JobsDriver(RetrievalPolicy.After(Delay))
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(4);
    private static readonly DateTimeOffset Ready = Some.Noon + Delay;
    private static readonly UpdateNotifications VaultTopic = new(1, new VaultNotifications("arn:vault", NotifiedJobs.ArchiveRetrievals));

    private static IEnumerable<JobNotice> Notices(IEnumerable<Intent> intents) =>
        intents.Select(intent => intent.Does<NotifyTopic>().Notice);

    private static IEnumerable<string> Topics(IEnumerable<Intent> intents) => Notices(intents).Select(notice => notice.Topic);

    private static IEnumerable<JobId> Notified(IEnumerable<Intent> intents) => Notices(intents).Select(notice => notice.Job.Job);

    [Fact]
    public void A_topic_is_notified_when_the_job_has_finished_and_not_before()
    {
        Given(Retrieval(1, "arn:job"));
        Assert.Equal(Ready, WakeAt);
        Assert.Equal(["arn:job"], Topics(WakeExactlyAt(Ready).Intents));
        Assert.Empty(Wake().Events);
        Assert.Equal(["arn:job"], Topics(Pending));

        Given(new ConfirmNoticeSent(Job(1), "arn:job"));
        Unchanged(new ConfirmNoticeSent(Job(1), "arn:job"));
        Assert.Empty(Pending);
        Assert.Equal(Ready + Limits.JobOutputLife, WakeAt);
    }

    [Fact]
    public void A_job_that_is_ready_at_once_is_announced_without_delaying_its_caller()
    {
        var decision = new JobsDriver(new RetrievalPolicy()).Do(Retrieval(1, "arn:job"));
        var intent = Assert.Single(decision.Intents);
        Assert.IsType<RetrievalJob>(decision.Answer);
        intent.Does<NotifyTopic>();
        Assert.False(intent.IsAwaited);
    }

    [Fact]
    public void Job_and_vault_topics_are_notified_and_a_shared_topic_only_once()
    {
        Given(
            VaultTopic,
            Retrieval(1, "arn:job"),
            Retrieval(2),
            Retrieval(3, "arn:vault"),
            Inventory(4),
            Inventory(5, "arn:job"));
        Now += Delay;
        Assert.Equal(
            ["arn:job", "arn:job", "arn:vault", "arn:vault", "arn:vault"], Topics(Wake().Intents).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_notification_setting_applies_to_jobs_that_finish_after_it()
    {
        Given(Retrieval(1));
        Now += TimeSpan.FromHours(1);
        Given(Retrieval(2));
        Now = Ready;
        Assert.Empty(Do(VaultTopic).Intents);
        Now += TimeSpan.FromHours(1);
        Assert.Equal([Job(2)], Notified(Wake().Intents));
    }

    [Fact]
    public void Clearing_a_setting_affects_only_jobs_that_finish_later()
    {
        Given(VaultTopic, Retrieval(1));
        Now += TimeSpan.FromHours(1);
        Given(Retrieval(2));
        Now = Ready;
        var clear = new UpdateNotifications(2, null);
        Assert.Equal([Job(1)], Notified(Do(clear).Intents));
        Unchanged(clear);
        Unchanged(VaultTopic);
        Now += TimeSpan.FromHours(1);
        Assert.Empty(Wake().Intents);
    }

    [Fact]
    [Promise("operations.md", "a job's notification that its receiver does not accept")]
    public void An_undeliverable_message_is_given_up_after_a_day_and_its_job_is_removed()
    {
        Given(Retrieval(1, "arn:dead"));
        Now = Ready + TimeSpan.FromMinutes(1);
        Wake();
        Assert.Equal(Now + Limits.NoticeLife, WakeAt);
        Now = Ready + Limits.JobOutputLife;
        Assert.Empty(Wake().Events);
        IsGone(1);
        Now += TimeSpan.FromMinutes(1);
        Assert.Equal([new NoticeAbandoned(Job(1), "arn:dead", Now), new JobsExpired(Now)], Wake().Events);
        Assert.Empty(Pending);
        Assert.Empty(State.ById);
        Assert.Null(WakeAt);
    }

    [Fact]
    public void A_job_that_finished_during_an_outage_is_still_announced_within_a_day()
    {
        Given(Retrieval(1, "arn:job"));
        Now = Ready + TimeSpan.FromDays(3);
        Assert.Equal(["arn:job"], Topics(Wake().Intents));
        Given(new ConfirmNoticeSent(Job(1), "arn:job"));
        Wake();
        Assert.Empty(State.ById);
    }

    [Fact]
    public void Each_message_has_a_unique_and_stable_ID()
    {
        Given(VaultTopic, Retrieval(1, "arn:job"), Retrieval(2, "arn:job"));
        Now += Delay;
        var first = Notices(Wake().Intents).Select(notice => notice.Id).ToList();
        Assert.Equal(4, first.Distinct().Count());
        Assert.Equal(first.Order(), Notices(Decider.Pending(Rebuilt())).Select(notice => notice.Id).Order());
    }
}
