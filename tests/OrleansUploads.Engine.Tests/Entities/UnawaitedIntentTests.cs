using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>Intents for receivers outside the service. No reply waits for them, and they are retried until they are
/// delivered or abandoned.</summary>
public sealed class UnawaitedIntentTests
{
    private readonly RunnerBench _bench = new(Some.Incarnation.Jobs);

    private static JobId Job(int number) => JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number));

    private static StartRetrieval Retrieval(int number) => new(
        Job(number), Some.Archive(1), null, null, new JobOptions(Description.None, "arn:dead", RetrievalTier.Standard));

    /// <summary>Finishes a job whose message is being delivered but does not arrive.</summary>
    private void FinishJob()
    {
        _bench.Submit("start", Retrieval(1));
        _bench.Load();
        _bench.Write();
    }

    [Fact]
    public void No_reply_waits_for_an_unawaited_intent()
    {
        FinishJob();
        Assert.Contains("start", _bench.Replies);
        _bench.Submit("again", Retrieval(1));
        Assert.Contains("again", _bench.Replies);
        _bench.Submit("find", new FindJob(Job(1)));
        Assert.Contains("find", _bench.Replies);
        _bench.Submit("next", Retrieval(2));
        _bench.Write();
        Assert.Contains("next", _bench.Replies);
        _bench.Submit("update", new UpdateNotifications(1, new VaultNotifications("arn:v", NotifiedJobs.ArchiveRetrievals)));
        _bench.Write();
        Assert.Contains("update", _bench.Replies);
        Assert.Empty(_bench.Faults);
    }

    [Fact]
    public void A_repetition_in_the_same_batch_does_not_wait_for_an_unawaited_intent()
    {
        _bench.Submit("start", Retrieval(1));
        _bench.Submit("again", Retrieval(1));
        _bench.Load();
        _bench.Write();
        Assert.Contains("start", _bench.Replies);
        Assert.Contains("again", _bench.Replies);
    }

    [Fact]
    public void An_unawaited_intent_is_retried_and_its_attempts_are_counted()
    {
        FinishJob();
        _bench.FailDelivery();
        _bench.FailDelivery();
        Assert.Equal(2, Assert.Single(_bench.Open<RunnerOutput.Deliver>()).FailedAttempts);
        Assert.False(_bench.Runner.IsIdle);
        _bench.Deliver();
        _bench.Write();
        Assert.Empty(_bench.Open<RunnerOutput.Deliver>());
        Assert.True(_bench.Runner.IsIdle);
    }

    [Fact]
    public void A_history_that_another_host_has_deleted_does_not_begin_again_for_an_intent_in_flight()
    {
        FinishJob();
        _bench.ForgetElsewhere();
        _bench.Wake("scan");
        _bench.Conflict();
        _bench.Wake("scan again");
        _bench.Load();

        Assert.Empty(_bench.Open<RunnerOutput.Append>());
        Assert.Contains("scan again", _bench.Replies);
    }

    [Fact]
    public void The_next_host_is_woken_and_delivers_an_unawaited_intent()
    {
        FinishJob();
        Assert.True(_bench.WakeAt <= _bench.Now);
        _bench.Crash();
        _bench.Wake("scan");
        _bench.Load();
        var delivery = Assert.Single(_bench.Open<RunnerOutput.Deliver>());
        Assert.Equal("arn:dead", Assert.IsType<NotifyTopic>(delivery.Intent.Action).Notice.Topic);
    }

    [Fact]
    public void During_delivery_the_entity_is_rarely_woken_but_on_time_for_other_work()
    {
        FinishJob();
        _bench.Wake("scan");
        _bench.Write();
        Assert.Equal(_bench.Now + TimeSpan.FromMinutes(15), _bench.WakeAt);
        _bench.Deliver();
        _bench.Write();
        _bench.Now = _bench.WakeAt!.Value;
        _bench.Wake("scan again");
        _bench.Write();
        Assert.Equal(Some.Noon + Limits.JobOutputLife, _bench.WakeAt);
    }

    [Fact]
    public void An_abandoned_intent_is_not_retried()
    {
        FinishJob();
        _bench.Now += Limits.NoticeLife;
        _bench.Wake("scan");
        _bench.Write();
        _bench.FailDelivery();
        Assert.Empty(_bench.Open<RunnerOutput.Deliver>());
        Assert.True(_bench.Runner.IsIdle);
    }

    [Fact]
    public void An_intent_abandoned_in_a_lost_write_is_still_pending()
    {
        FinishJob();
        _bench.Now += Limits.NoticeLife;
        _bench.Wake("scan");
        _bench.FailDelivery();
        Assert.Single(_bench.Open<RunnerOutput.Deliver>());
        _bench.LoseWrite(landed: false);
        _bench.Submit("find", new FindJob(Job(1)));
        _bench.Load();
        _bench.FailDelivery();
        Assert.Single(_bench.Open<RunnerOutput.Deliver>());
    }
}
