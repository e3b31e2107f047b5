using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>The part store of a silo of somebody else.</summary>
public sealed class SiloStoreTests
{
    [Fact]
    public async Task A_part_store_belongs_to_the_silos_of_one_grain_storage_and_stores_nothing_after_it_has_moved()
    {
        using var folder = new TemporaryFolder();
        using var store = DiskPartStore.OpenShared(folder.File("shared"));
        using var host = await StartAsync(store, new SharedGrainStorage());
        await Assert.ThrowsAsync<StoreMarkException>(() => StartAsync(store, new SharedGrainStorage()));

        var parts = host.Services.GetRequiredKeyedService<IPartStore>(OwnedPartStore.ServiceKey);
        var attempt = PartBytes.Attempt(1);
        await parts.StoreAsync(PartBytes.Upload(1), attempt, [1, 2, 3]);
        await StoreOwnership.LeaveAsync(store, "s3://elsewhere", TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<StoreLostException>(async () => await parts.DeleteAttemptsAsync(
            PartBytes.Upload(1), [attempt], TestContext.Current.CancellationToken));
        Assert.Contains("has moved to s3://elsewhere", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreLostException>(
            () => parts.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(2), [1, 2, 3]));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_grain_storage_in_memory_is_refused_for_a_store_that_outlives_it()
    {
        using var folder = new TemporaryFolder();
        using var store = DiskPartStore.OpenShared(folder.File("shared"));
        var refused = await Assert.ThrowsAsync<NotSupportedException>(() => StartAsync(store, storage: null));
        Assert.Contains("MemoryPartStore", refused.Message, StringComparison.Ordinal);
    }

    /// <param name="parts">The part store.</param>
    /// <param name="storage">The grain storage, or null for Orleans' own in memory.</param>
    private static async Task<IHost> StartAsync(IPartStore parts, IGrainStorage? storage)
    {
        var ports = FreePort.Take(2);
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(ports[0], ports[1]).UseInMemoryReminderService().AddOrleansUploads(new EntityClusterOptions());
            if (storage is null)
            {
                silo.AddMemoryGrainStorage(ClusterNames.GrainStorage);
            }
            else
            {
                silo.Services.AddKeyedSingleton(ClusterNames.GrainStorage, storage);
            }
        });
        builder.Services.AddSingleton(parts);
        var host = builder.Build();
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }
}
