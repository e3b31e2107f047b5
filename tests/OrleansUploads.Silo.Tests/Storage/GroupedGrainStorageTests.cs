using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>Journal rows of silos, written in groups, beside Orleans' own provider on the same database.</summary>
public sealed class GroupedGrainStorageTests(GroupedGrainStorageTests.BothStorages storages)
    : IClassFixture<GroupedGrainStorageTests.BothStorages>
{
    private const string Orleans = "orleans";
    private const string State = "ou-upload";

    private readonly string _account = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Orleans_own_provider_reads_and_replaces_the_rows_and_the_other_way_round()
    {
        var (grouped, orleans) = StoragesOf(await storages.Started);
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
        var (grouped, orleans) = StoragesOf(await storages.Started);
        var grain = GrainId.Create("ou-upload", key);
        await WriteAsync(grouped, grain, new GrainState<JournalRow>(), 1);

        await WriteAsync(orleans, grain, await ReadAsync(orleans, grain), 2);
        Assert.Equal([2], (await ReadAsync(grouped, grain)).State!.Content);
    }

    [Fact]
    public async Task A_stale_write_fails_alone_among_many()
    {
        var (grouped, _) = StoragesOf(await storages.Started);
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

    private GrainId Grain(int number) => GrainId.Create("ou-upload", $"{_account}/archives-{number}");

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

    /// <summary>A silo with both storages over one database.</summary>
    public sealed class BothStorages : IDisposable
    {
        private readonly Lazy<Task<IHost>> _started;

        public BothStorages(PostgresServer postgres) => _started = new Lazy<Task<IHost>>(async () =>
        {
            var database = await postgres.CreateDatabaseAsync();
            var ports = FreePort.Take(2);
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.UseOrleans(silo => silo.UseLocalhostClustering(ports[0], ports[1])
                .AddPostgresStorage(PostgresDatabase.Create(database))
                .AddAdoNetGrainStorage(Orleans, options => (options.Invariant, options.ConnectionString) = (PostgresConnection.Invariant, database)));
            builder.Services.AddKeyedSingleton(
                ClusterNames.GrainStorage, static (services, _) => services.GetRequiredService<IGrainStorageSerializer>());
            var host = builder.Build();
            await host.StartAsync();
            return host;
        });

        public Task<IHost> Started => _started.Value;

        public void Dispose()
        {
            if (_started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                _started.Value.Result.Dispose();
            }
        }
    }
}
