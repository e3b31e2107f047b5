using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>Two silos that do not know each other, over the same rows in PostgreSQL. Each entity is active in both at the same time, and the
/// versions of the rows decide whose write counts.</summary>
public sealed class SplitClusterOnPostgresTests(PostgresServer postgres, ITestOutputHelper output)
{
    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    [Promise("cluster.md", "the cluster is partitioned")]
    public async Task Two_activations_that_write_at_once_lose_nothing_and_return_one_archive_for_each_upload()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var left = await SplitSilo.StartAsync(database);
        await using var right = await SplitSilo.StartAsync(database);
        await UploadOfManyParts.PlayOverSplitAsync(left.Entities, right.Entities, uploads: 8, parts: 12, callers: 8);

        var refused = left.RefusedWrites + right.RefusedWrites;
        output.WriteLine($"{refused} writes were refused because the other silo had changed the row.");
        Assert.True(refused > 0, "The silos never wrote at the same time.");
    }

    private sealed class SplitSilo(IHost host, PostgresDatabase database) : IAsyncDisposable
    {
        public IEntityHost Entities => host.Services.GetRequiredService<IEntityHost>();

        public int RefusedWrites =>
            ((CountedRefusals)host.Services.GetRequiredKeyedService<IGrainStorage>(ClusterNames.GrainStorage)).Count;

        public static async Task<SplitSilo> StartAsync(string connectionString)
        {
            var database = PostgresDatabase.Create(connectionString);
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Services.AddSingleton<IPartStore, MemoryPartStore>();
            var ports = FreePort.Take(2);
            builder.UseOrleans(silo =>
            {
                silo.UseLocalhostClustering(ports[0], ports[1]);
                silo.AddPostgresStorage(database);
                var storage = silo.Services.Single(static service => (service.ServiceKey as string) == ClusterNames.GrainStorage
                    && service.ServiceType == typeof(IGrainStorage));
                silo.Services.Replace(ServiceDescriptor.KeyedSingleton<IGrainStorage>(ClusterNames.GrainStorage, (services, key) =>
                    new CountedRefusals((IConfirmingStorage)storage.KeyedImplementationFactory!(services, key))));
                silo.UseAdoNetReminderService(options => (options.Invariant, options.DataSource) = (PostgresConnection.Invariant, database));
                silo.AddOrleansUploads(new EntityClusterOptions());
            });
            var host = builder.Build();
            await host.StartAsync(TestContext.Current.CancellationToken);
            return new SplitSilo(host, database);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
            await database.DisposeAsync();
        }
    }

    /// <summary>Counts the writes that were refused because another writer had changed the row.</summary>
    private sealed class CountedRefusals(IConfirmingStorage storage) : IConfirmingStorage
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            storage.ReadStateAsync(stateName, grainId, grainState);

        public Task ReadConfirmedStateAsync<T>(
            string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
            storage.ReadConfirmedStateAsync(stateName, grainId, grainState, cancellationToken);

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            try
            {
                await storage.WriteStateAsync(stateName, grainId, grainState);
            }
            catch (InconsistentStateException)
            {
                Interlocked.Increment(ref _count);
                throw;
            }
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            storage.ClearStateAsync(stateName, grainId, grainState);
    }
}
