using OrleansUploads.Cluster.Tests.Journal;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>The conformance tests of journals for journals in PostgreSQL.</summary>
public sealed class PostgresJournalConformanceTests(SharedDatabase database) : JournalConformance, IClassFixture<SharedDatabase>
{
    private PostgresStorage? _storage;

    protected override async ValueTask<IJournal> CreateAsync()
    {
        _storage = new PostgresStorage(await database.Connection, Guid.NewGuid().ToString());
        return new CombinedJournals(_storage.Rows);
    }

    public override ValueTask DisposeAsync() => _storage?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>One stream in PostgreSQL, written by two hosts at once.</summary>
public sealed class TwoHostsOnPostgresTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int Steps = 60;

    [Fact]
    public Task Acknowledged_records_are_read_back_in_one_order_despite_faults_and_conflicts() => PlayAsync(seeds: 8);

    [Fact, Slice(5)]
    public Task Acknowledged_records_are_read_back_in_one_order_with_many_seeds() => PlayAsync(seeds: 100);

    private async Task PlayAsync(int seeds)
    {
        var (faults, conflicts) = (0, 0);
        var database = await postgres.CreateDatabaseAsync();
        for (var seed = 0; seed < seeds; seed++)
        {
            await using var storage = new PostgresStorage(database, Guid.NewGuid().ToString());
            var hosts = new TwoHosts(seed, Steps, storage.Rows);
            await hosts.RunAsync();
            faults += hosts.Faults;
            conflicts += hosts.Conflicts;
        }

        output.WriteLine($"{faults} faults before or after the effect or with a late effect, {conflicts} conflicts.");
        Assert.True(faults > seeds, $"Only {faults} storage faults happened.");
        Assert.True(conflicts > seeds, $"Only {conflicts} conflicts happened.");
    }
}
