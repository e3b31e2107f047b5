using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.TestKit.PartStores;

using ClusterOptions = OrleansUploads.Cluster.Settings.ClusterOptions;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>The part store of a silo of somebody else.</summary>
public sealed class SiloStoreTests
{
    [Fact]
    public async Task A_part_store_belongs_to_the_silos_of_one_grain_storage_and_stores_nothing_after_it_has_moved()
    {
        using var folder = new TemporaryFolder();
        using var store = DiskPartStore.OpenShared(folder.File("shared"));
        using var host = await StartAsync(store);
        await Assert.ThrowsAsync<StoreMarkException>(() => StartAsync(store));

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

    private static async Task<IHost> StartAsync(IPartStore parts)
    {
        var ports = FreePort.Take(2);
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(ports[0], ports[1])
            .AddMemoryGrainStorage(ClusterNames.GrainStorage)
            .UseInMemoryReminderService()
            .AddOrleansUploads(new ClusterOptions()));
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
