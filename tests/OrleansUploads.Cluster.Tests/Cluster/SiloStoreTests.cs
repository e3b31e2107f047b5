using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>The part store of a silo of somebody else.</summary>
public sealed class SiloStoreTests : TestWithFolder
{
    private int _attempts;

    /// <summary>One that has conditions, one that has not, and a folder.</summary>
    public static TheoryData<string> Stores { get; } = [SharedPartStore.WithConditions, SharedPartStore.WithoutConditions, SharedPartStore.InFolder];

    [Fact]
    public async Task A_part_store_belongs_to_the_silos_of_one_grain_storage_and_stores_nothing_after_it_has_moved()
    {
        var store = await SharedPartStore.Named(SharedPartStore.InFolder, Folder.Path).OpenAsync();
        using var host = await StartAsync(store, new SharedGrainStorage());
        var other = await Assert.ThrowsAsync<StoreMarkException>(() => StartAsync(store, new SharedGrainStorage()));
        Assert.StartsWith($"{((IStoreMark)store).Place} belongs to another cluster", other.Message, StringComparison.Ordinal);

        var parts = host.Services.GetRequiredKeyedService<IPartStore>(OwnedPartStore.ServiceKey);
        await StoreAsync(parts);
        await StoreOwnership.LeaveAsync((IStoreMark)store, "s3://elsewhere", Cancellation);
        await RequireLostAsync(parts, "has moved to s3://elsewhere");
        await host.StopAsync(Cancellation);
    }

    /// <summary>A cluster that was paused meanwhile, or whose bytes have moved, is in the same position as one that still runs.</summary>
    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_copy_of_a_cluster_is_refused_until_it_takes_over_and_what_was_left_takes_nothing(string kind)
    {
        var store = await SharedPartStore.Named(kind, Folder.Path).OpenAsync();
        var storage = new SharedGrainStorage();
        var original = await TakeAsync(store, storage, "original");
        await StoreAsync(original);
        var copy = storage.Copy();
        var refused = await Assert.ThrowsAsync<StoreOwnedException>(() => TakeAsync(store, copy, "restored"));
        Assert.Contains("is used by the cluster original", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreMarkException>(() => TakeAsync(store, new SharedGrainStorage(), "another"));
        await StoreAsync(original);

        await OwnershipOf(store, copy, "restored").TakeAsync(takesOver: true, Cancellation);
        var restored = await TakeAsync(store, copy, "restored");
        await RequireLostAsync(original, "is used by the cluster restored");
        await Assert.ThrowsAsync<StoreOwnedException>(() => TakeAsync(store, storage, "original"));
        await StoreAsync(restored);

        await StoreOwnership.LeaveAsync((IStoreMark)store, "s3://elsewhere", Cancellation);
        await RequireLostAsync(restored, "has moved to s3://elsewhere");
        refused = await Assert.ThrowsAsync<StoreOwnedException>(() => TakeAsync(store, copy, "restored"));
        Assert.EndsWith("has moved to s3://elsewhere", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The files of a database server were copied, so both have the same identity.</summary>
    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_physical_copy_of_the_storage_loses_the_store_when_its_original_renews_the_claim(string kind)
    {
        var store = await SharedPartStore.Named(kind, Folder.Path).OpenAsync();
        var storage = new SharedGrainStorage();
        var original = await TakeAsync(store, storage, "original");
        await RenewAsync(original);
        await StoreAsync(original);
        var copy = storage.Copy();
        var early = await TakeAsync(store, copy, "original");
        Assert.True(((OwnedPartStore)early).Ownership.IsOnProbation);
        await RenewAsync(early);

        await RenewAsync(original);

        await RequireLostAsync(early, "is used by silos with another database");
        var refused = await Assert.ThrowsAsync<StoreOwnedException>(() => TakeAsync(store, copy, "original"));
        Assert.Contains("is used by silos with another database", refused.Message, StringComparison.Ordinal);

        // The original's own silos come and go.
        var second = await TakeAsync(store, storage, "original");
        await RenewAsync(original);
        foreach (var silo in new[] { original, second })
        {
            await StoreAsync(silo);
            await silo.DeleteAttemptsAsync(PartBytes.Upload(1), [PartBytes.Attempt(_attempts)], Cancellation);
        }

        await OwnershipOf(store, copy, "original").TakeAsync(takesOver: true, Cancellation);
        var restored = await TakeAsync(store, copy, "original");
        await StoreAsync(restored);
        await RequireLostAsync(original, "is used by the cluster original");
        await Assert.ThrowsAsync<StoreOwnedException>(() => TakeAsync(store, storage, "original"));
    }

    [Fact]
    public async Task Nothing_is_deleted_while_the_renewals_cannot_be_compared()
    {
        var store = await SharedPartStore.Named(SharedPartStore.InFolder, Folder.Path).OpenAsync();
        var storage = new SharedGrainStorage();
        var rows = new UnreadableRows(new GrainStorageRows(storage));
        var first = await TakeAsync(store, storage, "original");
        await StoreAsync(first);
        var ownership = new StoreOwnership(
            (IStoreMark)store, new ClusterClaims(rows, _ => ValueTask.FromResult("original")), "the cluster", isShared: true, TimeProvider.System);
        await ownership.TakeAsync(takesOver: false, Cancellation);
        var second = new OwnedPartStore(store, ownership);
        await RenewAsync(first);

        rows.AreUnreadable = true;
        await StoreAsync(second);
        var unknown = await Assert.ThrowsAsync<PartStoreUnavailableException>(
            async () => await second.DeleteAttemptsAsync(PartBytes.Upload(1), [PartBytes.Attempt(1)], Cancellation));
        Assert.Contains("is not known", unknown.Message, StringComparison.Ordinal);
        Assert.NotEmpty(await ListAsync(store));

        rows.AreUnreadable = false;
        await second.DeleteAttemptsAsync(PartBytes.Upload(1), [PartBytes.Attempt(1)], Cancellation);
        Assert.DoesNotContain(PartBytes.Attempt(1), await ListAsync(store));
    }

    /// <summary>The second cluster starts at each call of the store that the first one makes.</summary>
    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Of_two_clusters_that_start_at_the_same_time_at_most_one_has_the_store(string kind)
    {
        var isNested = true;
        for (var step = 1; isNested; step++)
        {
            var shared = SharedPartStore.Named(kind, Folder.File($"{step}"));
            var left = step;
            isNested = false;
            var hasSecond = false;
            shared.OnCall = async _ =>
            {
                if (!isNested && --left == 0)
                {
                    isNested = true;
                    hasSecond = await TryTakeAsync("second");
                }
            };

            Assert.False(await TryTakeAsync("first") && hasSecond, $"Both clusters have the store; the second one came at call {step}.");
            Assert.True(isNested || step > 3, $"A start makes only {step - 1} calls.");

            async Task<bool> TryTakeAsync(string cluster)
            {
                try
                {
                    await TakeAsync(await shared.OpenAsync(), new SharedGrainStorage(), cluster);
                    return true;
                }
                catch (Exception refused) when (refused is StoreMarkException or StoreOwnedException)
                {
                    return false;
                }
            }
        }
    }

    [Fact]
    public async Task A_grain_storage_in_memory_is_refused_for_a_store_that_outlives_it()
    {
        var store = await SharedPartStore.Named(SharedPartStore.InFolder, Folder.Path).OpenAsync();
        var refused = await Assert.ThrowsAsync<NotSupportedException>(() => StartAsync(store, storage: null));
        Assert.Contains("MemoryPartStore", refused.Message, StringComparison.Ordinal);
    }

    private static StoreOwnership OwnershipOf(IPartStore store, IGrainStorage storage, string cluster) => new(
        (IStoreMark)store,
        new ClusterClaims(new GrainStorageRows(storage), _ => ValueTask.FromResult(cluster)),
        $"the cluster {cluster}",
        isShared: true,
        TimeProvider.System);

    /// <summary>Takes the store for a cluster, as the start of a silo does.</summary>
    private static async Task<IPartStore> TakeAsync(IPartStore store, IGrainStorage storage, string cluster)
    {
        var ownership = OwnershipOf(store, storage, cluster);
        await ClusterStoreMark.RequireMatchAsync(new GrainStorageRows(storage), (IStoreMark)store, ownership, Cancellation);
        await ownership.TakeAsync(takesOver: false, Cancellation);
        return new OwnedPartStore(store, ownership);
    }

    private static async Task RenewAsync(IPartStore parts) => await ((OwnedPartStore)parts).Ownership.RenewAsync(Cancellation);

    private Task StoreAsync(IPartStore parts) => parts.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(++_attempts), [1, 2, 3]);

    /// <summary>Requires that a cluster deletes and stores nothing.</summary>
    private async Task RequireLostAsync(IPartStore parts, string reason)
    {
        var attempts = await ListAsync(parts);
        var refused = await Assert.ThrowsAsync<StoreLostException>(
            async () => await parts.DeleteAttemptsAsync(PartBytes.Upload(1), attempts, Cancellation));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreLostException>(() => StoreAsync(parts));
        Assert.NotEmpty(attempts);
        Assert.Superset(attempts.ToHashSet(), (await ListAsync(parts)).ToHashSet());
    }

    private static async Task<List<AttemptId>> ListAsync(IPartStore parts) =>
        [.. (await parts.ListAttemptsAsync(PartBytes.Upload(1), Cancellation).ToListAsync(Cancellation)).SelectMany(static page => page)];

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
            await host.StartAsync(Cancellation);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private sealed class UnreadableRows(INamedRows inner) : INamedRows
    {
        public bool AreUnreadable { get; set; }

        public ValueTask<NamedRow?> FindAsync(string name, CancellationToken cancellationToken) =>
            AreUnreadable ? throw new IOException("The database does not answer.") : inner.FindAsync(name, cancellationToken);

        public ValueTask<bool> TryWriteAsync(
            string name, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
            inner.TryWriteAsync(name, content, version, cancellationToken);
    }
}
