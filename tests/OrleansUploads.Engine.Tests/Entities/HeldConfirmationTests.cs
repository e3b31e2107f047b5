using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>Confirmations on a shared journal, where each write is a request to a database.</summary>
public sealed class HeldConfirmationTests
{
    private readonly RunnerBench _bench = new(Some.Incarnation.ArchiveShard(1), isShared: true);

    private static AddArchive Addition(int number) => new(Some.Incarnation, 1, Some.Archive(number));

    /// <summary>Adds an archive to the index, and delivers it to the vault.</summary>
    private void AddAndDeliver()
    {
        _bench.Submit("add", Addition(1));
        _bench.Load();
        _bench.Write();
        _bench.Deliver();
    }

    [Fact]
    public void A_confirmation_that_nothing_waits_for_is_not_written_alone()
    {
        AddAndDeliver();

        Assert.Contains("add", _bench.Replies);
        Assert.Empty(_bench.Open<RunnerOutput>());
    }

    [Fact]
    public void A_held_confirmation_joins_the_next_write()
    {
        AddAndDeliver();

        _bench.Submit("other", Addition(2));
        _bench.Write();
        _bench.Crash();
        _bench.Submit("again", Addition(1));
        _bench.Load();

        // Only the second addition is delivered again.
        Assert.Single(_bench.Open<RunnerOutput.Deliver>());
    }

    [Fact]
    public void A_held_confirmation_is_written_when_the_entity_is_woken()
    {
        AddAndDeliver();

        _bench.Wake("wake");

        Assert.Single(_bench.Open<RunnerOutput.Append>());
    }

    [Fact]
    public void A_read_does_not_write_a_held_confirmation()
    {
        AddAndDeliver();

        _bench.Submit("read", new FindArchive(Some.Archive(1).Archive));

        Assert.Empty(_bench.Open<RunnerOutput.Append>());
        _bench.Verify();
        Assert.Contains("read", _bench.Replies);
    }

    [Fact]
    public void A_repeated_command_that_waits_for_the_intent_writes_the_held_confirmation_first()
    {
        AddAndDeliver();

        _bench.Submit("again", Addition(1));

        Assert.DoesNotContain("again", _bench.Replies);
        _bench.Write();
        Assert.Contains("again", _bench.Replies);
    }

    [Fact]
    public void A_refusal_is_decided_after_the_held_confirmations()
    {
        AddAndDeliver();

        _bench.Submit("unknown", new FindArchive(Some.Archive(2).Archive));

        Assert.DoesNotContain("unknown", _bench.Replies);
        _bench.Write();
        Assert.IsAssignableFrom<IRefusal>(_bench.Replies["unknown"]);
    }

    [Fact]
    public void In_one_process_a_confirmation_is_written_at_once()
    {
        var bench = new RunnerBench(Some.Incarnation.ArchiveShard(1), isShared: false);
        bench.Submit("add", Addition(1));
        bench.Load();
        bench.Write();
        bench.Deliver();

        Assert.Single(bench.Open<RunnerOutput.Append>());
    }

    [Fact]
    public void A_held_confirmation_that_a_crash_loses_is_repeated()
    {
        AddAndDeliver();
        _bench.Crash();

        _bench.Submit("other", Addition(2));
        _bench.Load();

        Assert.Single(_bench.Open<RunnerOutput.Deliver>());
    }
}
