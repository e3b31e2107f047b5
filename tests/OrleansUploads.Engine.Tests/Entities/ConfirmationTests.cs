using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>Intents whose confirmation cannot be observed. A caller waits for their delivery, but not until the confirmation is durable. On a
/// shared journal, where each write is a request to a database, the confirmation is held until there is another write.</summary>
public sealed class ConfirmationTests
{
    private static AddArchive Addition(int number) => new(Some.Incarnation, 1, Some.Archive(number));

    private static FindArchive Lookup(int number) => new(Some.Archive(number).Archive);

    /// <summary>Adds an archive to the index. The vault is not informed yet.</summary>
    private static RunnerBench Added(bool isShared)
    {
        var bench = new RunnerBench(Some.Incarnation.ArchiveShard(1), isShared);
        bench.Submit("add", Addition(1));
        bench.Load();
        bench.Write();
        Assert.DoesNotContain("add", bench.Replies);
        return bench;
    }

    /// <summary>Adds an archive to the index, and delivers it to the vault.</summary>
    private static RunnerBench Delivered(bool isShared)
    {
        var bench = Added(isShared);
        bench.Deliver();
        Assert.Contains("add", bench.Replies);
        return bench;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_whose_caller_also_waits_for_a_later_one_may_wait_unless_another_caller_waits_for_it(bool isAlone)
    {
        var entry = SomeObject.UploadEntry("a", upload: 1);
        var leaf = new LeafId(Some.Incarnation.Uploads, LeafName.First);
        var bench = new RunnerBench(leaf.Entity, isShared: true);
        bench.Submit("unlist", new UnlistUpload(entry.PositionIn(KeyTree.Uploads), MayWait: true) { Leaf = leaf });
        if (!isAlone)
        {
            bench.Submit("list", new ListUpload(SomeObject.UploadEntry("b", upload: 2)) { Leaf = leaf });
        }

        bench.Load();

        Assert.Equal(isAlone, Assert.Single(bench.Open<RunnerOutput.Append>()).Record.MayWait);
    }

    [Fact]
    public void In_one_process_a_confirmation_is_written_at_once() =>
        Assert.Single(Delivered(isShared: false).Open<RunnerOutput.Append>());

    [Fact]
    public void A_confirmation_that_nothing_waits_for_is_not_written_alone_but_when_the_entity_is_woken()
    {
        var bench = Delivered(isShared: true);
        Assert.Empty(bench.Open<RunnerOutput>());

        bench.Wake("wake");

        Assert.Single(bench.Open<RunnerOutput.Append>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_held_confirmation_joins_the_next_write_and_is_repeated_if_a_crash_comes_first(bool isWritten)
    {
        var bench = Delivered(isShared: true);
        if (isWritten)
        {
            bench.Submit("other", Addition(2));
            bench.Write();
        }

        bench.Crash();
        bench.Submit("again", isWritten ? Addition(1) : Addition(2));
        bench.Load();

        // Only the addition that is not confirmed is delivered again.
        Assert.Single(bench.Open<RunnerOutput.Deliver>());
    }

    [Fact]
    public void A_read_does_not_write_a_held_confirmation()
    {
        var bench = Delivered(isShared: true);

        bench.Submit("read", Lookup(1));

        Assert.Empty(bench.Open<RunnerOutput.Append>());
        bench.Verify();
        Assert.Contains("read", bench.Replies);
    }

    [Fact]
    public void A_repeated_command_that_waits_for_the_intent_and_a_refusal_write_the_held_confirmation_first()
    {
        foreach (var command in (ICommand[])[Addition(1), Lookup(2)])
        {
            var bench = Delivered(isShared: true);
            bench.Submit("asked", command);

            Assert.DoesNotContain("asked", bench.Replies);
            bench.Write();
            Assert.Equal(command is FindArchive, bench.Replies["asked"] is IRefusal);
        }
    }

    [Fact]
    public void A_repetition_is_answered_together_with_the_first_command()
    {
        var bench = Added(isShared: false);
        bench.Submit("again", Addition(1));
        bench.Verify();
        Assert.DoesNotContain("again", bench.Replies);
        bench.Deliver();
        Assert.Contains("again", bench.Replies);
    }

    [Fact]
    public void A_reply_does_not_wait_for_the_write_of_another_command()
    {
        var bench = Added(isShared: false);
        bench.Submit("other", Addition(2));
        bench.Deliver();
        Assert.Contains("add", bench.Replies);
        bench.Write();
        bench.Deliver();
        Assert.Contains("other", bench.Replies);
    }

    [Fact]
    public void A_repetition_that_saw_state_that_is_not_durable_waits_for_its_write()
    {
        var bench = Added(isShared: false);
        bench.Submit("other", Addition(2));
        bench.Write();
        bench.Submit("third", Addition(3));

        // While the third is being written, the first is confirmed and the second is repeated. Both go into the next write.
        bench.Deliver();
        bench.Submit("again", Addition(2));
        bench.Write();
        bench.Deliver();
        bench.Deliver();
        Assert.Contains("other", bench.Replies);
        Assert.Contains("third", bench.Replies);
        Assert.DoesNotContain("again", bench.Replies);
        bench.Write();
        Assert.Contains("again", bench.Replies);
    }

    [Fact]
    public void A_lost_confirmation_repeats_the_delivery_and_the_reply_is_unchanged()
    {
        var bench = Added(isShared: false);
        var delivered = bench.Deliver();
        var answer = bench.Replies["add"];
        bench.LoseWrite(landed: false);
        Assert.Equal(answer, bench.Replies["add"]);
        Assert.Empty(bench.Faults);
        bench.Submit("again", Addition(1));
        bench.Load();
        bench.Verify();
        var repeated = bench.Deliver();
        Assert.Equal((delivered.Key, delivered.Action), (repeated.Key, repeated.Action));
        Assert.Contains("again", bench.Replies);
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
        upload.Write();
        upload.Deliver(new PublicationVerdict.BucketDeleted());
        upload.Submit("again", put);
        Assert.Empty(upload.Replies);
        upload.Write();
        Assert.IsType<ObjectRefusal.BucketNotFound>(upload.Replies["put"]);
        Assert.IsType<ObjectRefusal.BucketNotFound>(upload.Replies["again"]);
    }

    [Fact]
    public void An_abort_of_an_upload_that_is_not_listed_yet_is_answered_when_it_is_no_longer_listed()
    {
        var spec = Some.Spec();
        var upload = new RunnerBench(spec.Upload.Entity);
        upload.Submit("initiate", new InitiateUpload(spec));
        upload.Write();
        upload.Submit("abort", new AbortUpload(Some.Incarnation));
        upload.Write();

        Assert.Equal("list", upload.Deliver().Key);
        Assert.DoesNotContain("abort", upload.Replies);
        upload.Write();
        Assert.DoesNotContain("abort", upload.Replies);
        Assert.Equal("unlist", upload.Deliver().Key);
        Assert.Contains("abort", upload.Replies);
    }
}
