using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Journals;

public sealed class MemoryJournalTests : JournalConformance
{
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override ValueTask<IJournal> CreateAsync() => new(new MemoryJournal());
}

public sealed class MemoryWakeIndexTests : SharedWakeIndexConformance
{
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override ValueTask<(IJournal Journal, IWakeIndex Wakes)> CreateAsync()
    {
        var journal = new MemoryJournal();
        return new((journal, journal));
    }
}
