using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Silo.Tests.Journal;

/// <summary>The contract of journals for the journal on PostgreSQL.</summary>
public sealed class JournalOnPostgresTests(SharedDatabase database) : JournalConformance, IClassFixture<SharedDatabase>
{
    private OpenJournals? _journals;

    protected override async ValueTask<IJournal> CreateAsync()
    {
        _journals = new OpenJournals(await database.Connection);
        return _journals.Open();
    }

    public override ValueTask DisposeAsync() => _journals?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The contract of wake indexes that silos divide, for the journal on PostgreSQL.</summary>
public sealed class WakeIndexOnPostgresTests(SharedDatabase database) : SharedWakeIndexConformance, IClassFixture<SharedDatabase>
{
    private OpenJournals? _journals;

    protected override async ValueTask<(IJournal Journal, IWakeIndex Wakes)> CreateAsync()
    {
        _journals = new OpenJournals(await database.Connection);
        var journal = _journals.Open();
        return (journal, journal);
    }

    public override ValueTask DisposeAsync() => _journals?.DisposeAsync() ?? ValueTask.CompletedTask;
}
