using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>What is owed to receivers outside of the service: nobody waits for it, and it is not forgotten.</summary>
public sealed class UnawaitedIntentTests
{
    private readonly RunnerBench _bench = new(Some.Life.Jobs);

    private static JobId Job(int number) => JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number));

    private static StartRetrieval Retrieval(int number) => new(
        Job(number), Some.Archive(1), null, null, new JobWish(Description.None, "arn:dead", RetrievalTier.Standard));

    /// <summary>A job that has finished, and a message that is on its way and will not arrive.</summary>
    private void Owe()
    {
        _bench.Submit("start", Retrieval(1));
        _bench.Load();
        _bench.Write();
    }

    [Fact]
    public void No_answer_waits_for_it_neither_of_its_own_command_nor_of_a_repetition_nor_of_another()
    {
        Owe();
        Assert.Contains("start", _bench.Replies);
        _bench.Submit("again", Retrieval(1));
        Assert.Contains("again", _bench.Replies);
        _bench.Submit("find", new FindJob(Job(1)));
        Assert.Contains("find", _bench.Replies);
        _bench.Submit("next", Retrieval(2));
        _bench.Write();
        Assert.Contains("next", _bench.Replies);
        _bench.Submit("told", new TakeNotifications(1, new VaultNotifications("arn:v", NotifiedJobs.ArchiveRetrievals)));
        _bench.Write();
        Assert.Contains("told", _bench.Replies);
        Assert.Empty(_bench.Faults);
    }

    [Fact]
    public void A_repetition_in_the_same_batch_does_not_wait_for_it_either()
    {
        _bench.Submit("start", Retrieval(1));
        _bench.Submit("again", Retrieval(1));
        _bench.Load();
        _bench.Write();
        Assert.Contains("start", _bench.Replies);
        Assert.Contains("again", _bench.Replies);
    }

    [Fact]
    public void It_is_tried_again_and_the_attempts_are_counted()
    {
        Owe();
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
    public void The_next_host_is_woken_for_it_and_delivers_it()
    {
        Owe();
        Assert.True(_bench.WakeAt <= _bench.Now);
        _bench.Crash();
        _bench.Wake("scan");
        _bench.Load();
        var delivery = Assert.Single(_bench.Open<RunnerOutput.Deliver>());
        Assert.Equal("arn:dead", Assert.IsType<IntentAction.Notify>(delivery.Intent.Action).Notice.Topic);
    }

    [Fact]
    public void While_it_is_under_way_its_entity_is_seldom_woken_but_never_late_for_another_job()
    {
        Owe();
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
    public void What_was_given_up_is_not_tried_again()
    {
        Owe();
        _bench.Now += Limits.NoticeLife;
        _bench.Wake("scan");
        _bench.Write();
        _bench.FailDelivery();
        Assert.Empty(_bench.Open<RunnerOutput.Deliver>());
        Assert.True(_bench.Runner.IsIdle);
    }

    [Fact]
    public void What_is_given_up_by_a_write_that_was_lost_is_still_owed()
    {
        Owe();
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
