using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Postgres;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>Two silos that do not know each other, over the same journal in PostgreSQL. Each entity is active in both at the same time, and
/// the versions of the streams decide whose write counts.</summary>
public sealed class SplitClusterOnPostgresTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const string Service = "service";

    [Fact, Campaign]
    [Promise("cluster.md", "the cluster is partitioned")]
    public async Task Two_activations_that_write_at_once_lose_nothing_and_return_one_archive_for_each_upload()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var left = await SplitSilo.StartAsync(database);
        await using var right = await SplitSilo.StartAsync(database);
        await UploadOfManyParts.PlayOverSplitAsync(left.Entities, right.Entities, uploads: 8, parts: 12, callers: 8);

        var conflicts = left.Conflicts + right.Conflicts;
        output.WriteLine($"{conflicts} writes were refused because the other silo had changed the stream.");
        Assert.True(conflicts > 0, "The silos never wrote at the same time.");
    }

    private sealed class SplitSilo(IHost host, PostgresDatabase database, CountedConflicts journal) : IAsyncDisposable
    {
        public IEntityHost Entities => host.Services.GetRequiredService<IEntityHost>();

        public int Conflicts => journal.Count;

        public static async Task<SplitSilo> StartAsync(string connectionString)
        {
            var database = PostgresDatabase.Create(connectionString);
            var stored = new PostgresJournal(database, Service);
            var journal = new CountedConflicts(stored);
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Services.AddSingleton<IPartStore, MemoryPartStore>();
            var ports = FreePort.Take(2);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(ports[0], ports[1]).AddOrleansUploads(
                new EntityClusterOptions(), new SharedStore(journal, stored, new PostgresNamedRows(database, Service))));
            var host = builder.Build();
            await host.StartAsync(Cancellation);
            return new SplitSilo(host, database, journal);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
            await database.DisposeAsync();
        }
    }

    /// <summary>Counts the appends that were refused because another host had changed the stream.</summary>
    private sealed class CountedConflicts(IJournal inner) : DelegatingJournal(inner)
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
        {
            var outcome = await base.AppendAsync(append, cancellationToken);
            if (outcome == AppendOutcome.Conflict)
            {
                Interlocked.Increment(ref _count);
            }

            return outcome;
        }
    }
}
