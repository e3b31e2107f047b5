using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Journals;

public sealed class FaultyJournalTests
{
    private static readonly EntityId Upload = JournalFolder.Upload(1);
    private readonly MemoryJournal _inner = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fault_before_leaves_nothing_and_a_fault_after_leaves_the_record()
    {
        var journal = new FaultyJournal(_inner, JournalFaultPlans.Script(
            JournalOperation.Append, JournalFault.FailBefore, JournalFault.FailAfter, JournalFault.Conflict));

        await Assert.ThrowsAsync<JournalUnavailableException>(() => JournalFolder.AppendAsync(journal, Upload, 0, "before"));
        Assert.Empty(await JournalFolder.ReadAsync(journal, Upload));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => JournalFolder.AppendAsync(journal, Upload, 0, "after"));
        Assert.Equal(["after"], await JournalFolder.ReadAsync(journal, Upload));
        var append = new JournalAppend(Upload, 1, new byte[1]);
        Assert.Equal(AppendOutcome.Conflict, await journal.AppendAsync(append, Cancellation));
        Assert.Equal(AppendOutcome.Appended, await journal.AppendAsync(append, Cancellation));
        Assert.Equal(1, journal.Count(JournalFault.FailAfter));
    }

    [Fact]
    public async Task Reads_fail_too()
    {
        var journal = new FaultyJournal(_inner, JournalFaultPlans.Script(JournalOperation.Read, JournalFault.FailBefore));

        await Assert.ThrowsAsync<JournalUnavailableException>(() => JournalFolder.ReadAsync(journal, Upload));
        Assert.Empty(await JournalFolder.ReadAsync(journal, Upload));
    }

    [Fact]
    public async Task Held_appends_are_not_written_until_they_are_released()
    {
        var journal = new FaultyJournal(_inner, JournalFaultPlans.None);
        HeldAppends held = journal.HoldAppends();
        Task first = JournalFolder.AppendAsync(journal, Upload, 0, "a");
        Task second = JournalFolder.AppendAsync(journal, JournalFolder.Upload(2), 0, "b");
        await held.WhenArrivedAsync(2, Cancellation);
        Assert.Empty(await JournalFolder.ReadAsync(journal, Upload));

        held.ReleaseOne();
        await first;
        Assert.Equal(["a"], await JournalFolder.ReadAsync(journal, Upload));
        Assert.False(second.IsCompleted);

        held.ReleaseAll();
        await second;
        await JournalFolder.AppendAsync(journal, Upload, 1, "not held");
    }

    [Fact]
    public void A_seeded_plan_draws_the_same_faults_for_any_order_of_calls()
    {
        JournalCall[] calls = [.. Enumerable.Range(0, 2000).Select(number =>
            new JournalCall(JournalOperation.Append, JournalFolder.Upload(number % 10), number / 10))];
        JournalFaultPlan plan = JournalFaultPlans.Seeded(seed: 42, faultsPerThousand: 100);

        JournalFault[] forwards = [.. calls.Select(call => plan(call))];
        JournalFault[] backwards = [.. calls.Reverse().Select(call => JournalFaultPlans.Seeded(42, 100)(call)).Reverse()];

        Assert.Equal(forwards, backwards);
        Assert.InRange(forwards.Count(fault => fault != JournalFault.None), 150, 250);
        Assert.Equal(4, forwards.Distinct().Count());
    }
}
