using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>Journal rows of silos, written in groups, beside Orleans' own provider on the same database.</summary>
public sealed class GroupedGrainStorageTests(PostgresServer postgres)
{
    private const string Orleans = "orleans";
    private const string State = "ou-upload";

    [Fact]
    public async Task Orleans_own_provider_reads_and_replaces_the_rows_and_the_other_way_round()
    {
        using var host = await StartAsync(await postgres.CreateDatabaseAsync());
        var (grouped, orleans) = StoragesOf(host);
        var grain = Grain(1);
        await WriteAsync(grouped, grain, new GrainState<JournalRow>(), 1);
        var state = await ReadAsync(orleans, grain);
        Assert.Equal([1], state.State!.Content);
        await WriteAsync(orleans, grain, state, 2);
        state = await ReadAsync(grouped, grain);
        Assert.Equal([2], state.State!.Content);
        await WriteAsync(grouped, grain, state, 3);

        Assert.Equal("3", (await ReadAsync(orleans, grain)).ETag);
        await grouped.ClearStateAsync(State, grain, state, TestContext.Current.CancellationToken);
        Assert.False((await ReadAsync(orleans, grain)).RecordExists);
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("5f0e2ab0-7f3d-4a5e-9a51-0c4b6b6f3a10")]
    [InlineData("000000000001/größe")]
    public async Task Rows_of_all_kinds_of_keys_are_those_of_Orleans_own_provider(string key)
    {
        using var host = await StartAsync(await postgres.CreateDatabaseAsync());
        var (grouped, orleans) = StoragesOf(host);
        var grain = GrainId.Create("ou-upload", key);
        await WriteAsync(grouped, grain, new GrainState<JournalRow>(), 1);

        await WriteAsync(orleans, grain, await ReadAsync(orleans, grain), 2);
        Assert.Equal([2], (await ReadAsync(grouped, grain)).State!.Content);
    }

    [Fact]
    public async Task A_stale_write_fails_alone_among_many()
    {
        using var host = await StartAsync(await postgres.CreateDatabaseAsync());
        var (grouped, _) = StoragesOf(host);
        var states = Enumerable.Range(0, 200).Select(static _ => new GrainState<JournalRow>()).ToList();
        await Task.WhenAll(states.Select((state, i) => WriteAsync(grouped, Grain(i), state, 1)));
        states[77].ETag = null;
        states[78].ETag = "9";
        var writes = states.Select((state, i) => WriteAsync(grouped, Grain(i), state, 2)).ToList();

        for (var i = 0; i < writes.Count; i++)
        {
            if (i is 77 or 78)
            {
                await Assert.ThrowsAsync<InconsistentStateException>(() => writes[i]);
                Assert.Equal([1], (await ReadAsync(grouped, Grain(i))).State!.Content);
            }
            else
            {
                await writes[i];
                Assert.Equal("2", states[i].ETag);
                Assert.Equal([2], (await ReadAsync(grouped, Grain(i))).State!.Content);
            }
        }
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_fails_alone_among_many()
    {
        var database = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(
            database, "ALTER TABLE orleansstorage ADD CHECK (grainidextensionstring NOT LIKE '%/archives-77')");
        using var host = await StartAsync(database);
        var (grouped, _) = StoragesOf(host);
        var writes = Enumerable.Range(0, 200).Select(i => WriteAsync(grouped, Grain(i), new GrainState<JournalRow>(), 1)).ToList();

        for (var i = 0; i < writes.Count; i++)
        {
            if (i == 77)
            {
                await Assert.ThrowsAsync<PostgresException>(() => writes[i]);
            }
            else
            {
                await writes[i];
            }
        }

        Assert.Equal("199", await PostgresServer.QueryAsync(database, "SELECT count(*) FROM orleansstorage"));
    }

    [Fact]
    public async Task Many_rows_are_written_in_few_transactions()
    {
        const string Count = "SELECT count(DISTINCT xmin::text) FROM orleansstorage";
        var database = await postgres.CreateDatabaseAsync();
        using var host = await StartAsync(database);
        var (grouped, _) = StoragesOf(host);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => WriteAsync(grouped, Grain(i), new GrainState<JournalRow>(), 1)));

        var transactions = await PostgresServer.QueryAsync(database, Count);
        Assert.InRange(int.Parse(transactions!, System.Globalization.CultureInfo.InvariantCulture), 1, 250);
    }

    private static GrainId Grain(int number) => GrainId.Create("ou-upload", $"000000000001/archives-{number}");

    private static Task WriteAsync(IGrainStorage storage, GrainId grain, GrainState<JournalRow> state, byte content)
    {
        state.State = new JournalRow { Content = [content] };
        return storage.WriteStateAsync(State, grain, state, TestContext.Current.CancellationToken);
    }

    private static async Task<GrainState<JournalRow>> ReadAsync(IGrainStorage storage, GrainId grain)
    {
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync(State, grain, state, TestContext.Current.CancellationToken);
        return state;
    }

    private static (IGrainStorage Grouped, IGrainStorage Orleans) StoragesOf(IHost host) => (
        host.Services.GetRequiredKeyedService<IGrainStorage>(ClusterNames.GrainStorage),
        host.Services.GetRequiredKeyedService<IGrainStorage>(Orleans));

    private static async Task<IHost> StartAsync(string database)
    {
        var ports = FreePort.Take(2);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleans(silo => silo.UseLocalhostClustering(ports[0], ports[1])
            .AddPostgresStorage(PostgresDatabase.Create(database))
            .AddAdoNetGrainStorage(Orleans, options =>
            {
                options.Invariant = PostgresConnection.Invariant;
                options.ConnectionString = database;
            }));
        builder.Services.AddKeyedSingleton(
            ClusterNames.GrainStorage, static (services, _) => services.GetRequiredService<IGrainStorageSerializer>());
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }
}
