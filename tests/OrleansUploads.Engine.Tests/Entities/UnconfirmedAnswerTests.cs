using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Entities;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>Intents of which nobody can ask whether they were confirmed: who waits for them need not wait for the note that
/// they are done.</summary>
public sealed class UnconfirmedAnswerTests
{
    private readonly RunnerBench _bench = new(Some.Life.ArchiveShard(1));

    private static AddArchive Addition(int number) => new(Some.Life, 1, Some.Archive(number));

    /// <summary>An archive is in the index, and the vault has not been told.</summary>
    private void Add()
    {
        _bench.Submit("add", Addition(1));
        _bench.Load();
        _bench.Write();
    }

    [Fact]
    public void An_answer_waits_until_they_are_done_but_not_until_that_is_durable()
    {
        Add();
        Assert.DoesNotContain("add", _bench.Replies);
        _bench.Deliver();
        Assert.Contains("add", _bench.Replies);
        Assert.Single(_bench.Open<RunnerOutput.Append>());
    }

    [Fact]
    public void A_repetition_is_answered_with_it()
    {
        Add();
        _bench.Submit("again", Addition(1));
        _bench.Verify();
        Assert.DoesNotContain("again", _bench.Replies);
        _bench.Deliver();
        Assert.Contains("again", _bench.Replies);
    }

    [Fact]
    public void No_answer_waits_for_the_write_of_another_command()
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
    public void A_repetition_that_saw_what_is_not_durable_waits_for_that_write_whatever_is_done_meanwhile()
    {
        Add();
        _bench.Submit("other", Addition(2));
        _bench.Write();
        _bench.Submit("third", Addition(3));

        // While the third is being written, the first is done and the second is asked for again: both go into the next write.
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
    public void If_the_note_is_lost_it_is_done_once_more_and_the_answer_stands()
    {
        Add();
        var told = _bench.Deliver();
        var answer = _bench.Replies["add"];
        _bench.LoseWrite(landed: false);
        Assert.Equal(answer, _bench.Replies["add"]);
        Assert.Empty(_bench.Faults);
        _bench.Submit("again", Addition(1));
        _bench.Load();
        _bench.Verify();
        Assert.Equal(told, _bench.Deliver());
        Assert.Contains("again", _bench.Replies);
    }

    [Fact]
    public void Those_that_something_follows_from_are_waited_for_to_the_end()
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
}
