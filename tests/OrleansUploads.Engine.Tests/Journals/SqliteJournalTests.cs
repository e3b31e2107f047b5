using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Journals;

public sealed class SqliteJournalTests : JournalConformance
{
    private readonly JournalFolder _folder = new();
    private SqliteJournal? _journal;

    public override async ValueTask DisposeAsync()
    {
        await _journal!.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<IJournal> CreateAsync() => new(_journal = _folder.Open());
}

public sealed class SqliteWakeIndexTests : WakeIndexConformance
{
    private readonly JournalFolder _folder = new();
    private SqliteJournal? _journal;

    public override async ValueTask DisposeAsync()
    {
        await _journal!.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<(IJournal Journal, IWakeIndex Wakes)> CreateAsync()
    {
        _journal = _folder.Open();
        return new((_journal, _journal));
    }
}
