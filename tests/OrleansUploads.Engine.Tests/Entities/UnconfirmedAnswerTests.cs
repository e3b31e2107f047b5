using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>Intents whose confirmation cannot be observed. A caller waits for their delivery, but not until the confirmation
/// is durable.</summary>
public sealed class UnconfirmedAnswerTests
{
    private readonly RunnerBench _bench = new(Some.Incarnation.ArchiveShard(1));

    private static AddArchive Addition(int number) => new(Some.Incarnation, 1, Some.Archive(number));

    /// <summary>Adds an archive to the index. The vault is not informed yet.</summary>
    private void Add()
    {
        _bench.Submit("add", Addition(1));
        _bench.Load();
        _bench.Write();
    }

    [Fact]
    public void A_reply_waits_for_its_intents_but_not_for_their_durable_confirmation()
    {
        Add();
        Assert.DoesNotContain("add", _bench.Replies);
        _bench.Deliver();
        Assert.Contains("add", _bench.Replies);
        Assert.Single(_bench.Open<RunnerOutput.Append>());
    }

    [Fact]
    public void A_repetition_is_answered_together_with_the_first_command()
    {
        Add();
        _bench.Submit("again", Addition(1));
        _bench.Verify();
        Assert.DoesNotContain("again", _bench.Replies);
        _bench.Deliver();
        Assert.Contains("again", _bench.Replies);
    }

    [Fact]
    public void A_reply_does_not_wait_for_the_write_of_another_command()
    {
        Add();
        _bench.Submit("other", Addition(2));
        _bench.Deliver();
        Assert.Contains("add", _bench.Replies);
        _bench.Write();
        _bench.Deliver();
        Assert.Contains("other", _bench.Replies);
    }

    [Fact]
    public void A_repetition_that_saw_state_that_is_not_durable_waits_for_its_write()
    {
        Add();
        _bench.Submit("other", Addition(2));
        _bench.Write();
        _bench.Submit("third", Addition(3));

        // While the third is being written, the first is confirmed and the second is repeated. Both go into the next write.
        _bench.Deliver();
        _bench.Submit("again", Addition(2));
        _bench.Write();
        _bench.Deliver();
        _bench.Deliver();
        Assert.Contains("other", _bench.Replies);
        Assert.Contains("third", _bench.Replies);
        Assert.DoesNotContain("again", _bench.Replies);
        _bench.Write();
        Assert.Contains("again", _bench.Replies);
    }

    [Fact]
    public void A_lost_confirmation_repeats_the_delivery_and_the_reply_is_unchanged()
    {
        Add();
        var delivered = _bench.Deliver();
        var answer = _bench.Replies["add"];
        _bench.LoseWrite(landed: false);
        Assert.Equal(answer, _bench.Replies["add"]);
        Assert.Empty(_bench.Faults);
        _bench.Submit("again", Addition(1));
        _bench.Load();
        _bench.Verify();
        var repeated = _bench.Deliver();
        Assert.Equal((delivered.Key, delivered.Action), (repeated.Key, repeated.Action));
        Assert.Contains("again", _bench.Replies);
    }

    [Fact]
    public void Intents_whose_confirmation_has_consequences_are_awaited_until_it_is_durable()
    {
        var account = new RunnerBench(Some.Account.Entity);
        account.Submit("create", new CreateVault(Some.Vault));
        account.Load();
        account.Write();
        account.Deliver();
        Assert.DoesNotContain("create", account.Replies);
        account.Write();
        Assert.Contains("create", account.Replies);
    }

    [Fact]
    public void An_answer_that_the_receiver_has_changed_waits_until_the_confirmation_is_durable()
    {
        var spec = SomeObject.Spec(origin: UploadOrigin.SingleRequest);
        var put = new PutObject(spec, SomeObject.Part(1, 5, "a"), Condition: null);
        var upload = new RunnerBench(spec.Upload.Entity);
        upload.Submit("put", put);
        upload.Load();
        upload.Write();
        upload.Deliver(new PublicationVerdict.BucketDeleted());
        upload.Submit("again", put);
        Assert.Empty(upload.Replies);
        upload.Write();
        Assert.IsType<ObjectRefusal.BucketNotFound>(upload.Replies["put"]);
        Assert.IsType<ObjectRefusal.BucketNotFound>(upload.Replies["again"]);
    }
}
