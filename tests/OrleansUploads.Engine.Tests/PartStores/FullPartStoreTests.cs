namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>Tests on a disk of 4 MiB that is really full: a memory file system, which needs root to mount.</summary>
public sealed class FullPartStoreTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly MemoryDisk _disk = new(mebibytes: 4);

    public void Dispose() => _disk.Dispose();

    [Fact]
    public async Task A_part_that_does_not_fit_is_refused_before_any_byte_is_sent_and_leaves_nothing()
    {
        using var store = OpenOrSkip();

        await Assert.ThrowsAsync<PartStoreFullException>(
            () => store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(1), 5 * MiB, default).AsTask());
        Assert.Empty(Files());
        Assert.Empty(await store.ListUploadsAsync(default).ToListAsync());
    }

    [Fact]
    [Promise("operations.md", "ENOSPC, EDQUOT (also from a write)")]
    public async Task A_disk_that_fills_up_during_a_write_leaves_nothing_and_works_again_when_there_is_room()
    {
        using var store = OpenOrSkip();
        var bytes = PartBytes.Of(2 * MiB, seed: 1);
        await using (var writer =
            await store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes.Length, default))
        {
            ReleasePreallocated();
            var other = _disk.FillUp();
            await Assert.ThrowsAsync<PartStoreFullException>(() => WriteAllAsync(writer, bytes));
            Assert.Equal([other], Files());
            await Assert.ThrowsAsync<InvalidOperationException>(() => writer.WriteAsync(new byte[1], default).AsTask());
            File.Delete(other);
        }

        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(2), bytes);
        Assert.Equal(bytes, await store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(2)));
    }

    [Fact]
    public async Task A_disk_that_is_full_at_the_commit_leaves_nothing()
    {
        using var store = OpenOrSkip();
        var bytes = PartBytes.Of(MiB, seed: 2);
        await using var writer = await store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes.Length, default);
        await writer.WriteAsync(bytes, default);
        ReleasePreallocated();
        var other = _disk.FillUp();

        await Assert.ThrowsAsync<PartStoreFullException>(
            () => writer.CommitAsync(PartBytes.Leaves(bytes), default).AsTask());
        Assert.Equal([other], Files());
    }

    [Fact]
    public async Task A_manifest_that_does_not_fit_leaves_nothing_and_can_be_stored_later()
    {
        using var store = OpenOrSkip();
        var other = _disk.FillUp();
        var manifest = PartBytes.Manifest(PartBytes.Upload(1), 1_000, seed: 3);

        await Assert.ThrowsAsync<PartStoreFullException>(() => store.PutManifestAsync(manifest, default).AsTask());
        Assert.Equal([other], Files());
        Assert.Null(await store.ReadManifestAsync(PartBytes.Upload(1), default));

        File.Delete(other);
        await store.PutManifestAsync(manifest, default);
        Assert.NotNull(await store.ReadManifestAsync(PartBytes.Upload(1), default));
    }

    private static async Task WriteAllAsync(IAttemptWriter writer, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += 64 * 1024)
        {
            await writer.WriteAsync(bytes.AsMemory(at, 64 * 1024), default);
        }
    }

    private DiskPartStore OpenOrSkip()
    {
        _disk.RequireMounted();
        return DiskPartStore.Open(_disk.Path, new() { Threads = 1 });
    }

    // With preallocated space the write would succeed. Releasing it simulates a file system without preallocation.
    private void ReleasePreallocated()
    {
        using var file = File.OpenHandle(Files().Single(path => path.EndsWith(".part", StringComparison.Ordinal)), access: FileAccess.Write, share: FileShare.ReadWrite);
        RandomAccess.SetLength(file, RandomAccess.GetLength(file));
    }

    private string[] Files() => Directory.GetFiles(_disk.Path, "*", SearchOption.AllDirectories);
}
