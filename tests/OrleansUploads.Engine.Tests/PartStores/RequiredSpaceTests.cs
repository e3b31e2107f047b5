namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class RequiredSpaceTests : TestWithFolder
{
    private const int MiB = 1024 * 1024;

    private readonly List<long> _required = [];
    private bool _isFull;

    [Fact]
    public async Task An_attempt_for_which_there_is_too_little_space_is_refused_and_leaves_nothing()
    {
        using var store = Open();
        _isFull = true;

        await Assert.ThrowsAsync<PartStoreFullException>(() => CreateAsync(store, 20 * MiB).AsTask());

        Assert.Equal([20 * MiB], _required);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Path, "*.part", SearchOption.AllDirectories));
        Assert.Empty(await store.ListUploadsAsync(default).ToListAsync());
    }

    [Fact]
    public async Task The_space_is_required_again_while_bytes_arrive()
    {
        using var store = Open();
        var bytes = PartBytes.Of(20 * MiB, seed: 1);
        await using var writer = await CreateAsync(store, bytes.Length);
        await WriteAsync(writer, bytes);
        await writer.CommitAsync(PartBytes.Leaves(bytes), default);

        Assert.Equal([20 * MiB, 0, 0], _required);
        Assert.Equal(bytes, await store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
    }

    [Fact]
    public async Task An_attempt_is_deleted_when_other_data_takes_the_space()
    {
        using var store = Open();
        var bytes = PartBytes.Of(20 * MiB, seed: 1);
        await using var writer = await CreateAsync(store, bytes.Length);
        await WriteAsync(writer, bytes.AsMemory(0, 8 * MiB));
        _isFull = true;

        await Assert.ThrowsAsync<PartStoreFullException>(() => writer.WriteAsync(bytes.AsMemory(8 * MiB, MiB), default).AsTask());

        Assert.Empty(await store.ListUploadsAsync(default).ToListAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.WriteAsync(new byte[1], default).AsTask());
    }

    [Fact]
    public async Task The_cause_of_a_failed_write_is_reported_although_the_attempt_may_not_be_deleted()
    {
        using var store = DiskPartStore.Open(Folder.Path, new DiskPartStoreOptions
        {
            Write = (_, _, _) =>
            {
                // The system refuses to delete a directory as a file.
                var attempt = Assert.Single(Directory.GetFiles(Folder.Path, "*.part", SearchOption.AllDirectories));
                File.Delete(attempt);
                Directory.CreateDirectory(attempt);
                throw new IOException("No space left on the device.", hresult: 28);
            },
        });
        await using var writer = await store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(1), 10, CancellationToken.None);

        await Assert.ThrowsAsync<PartStoreFullException>(() => writer.WriteAsync(new byte[10], CancellationToken.None).AsTask());
    }

    private static ValueTask<IAttemptWriter> CreateAsync(DiskPartStore store, long lengthBytes) =>
        store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(1), lengthBytes, default);

    private static async Task WriteAsync(IAttemptWriter writer, ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += MiB)
        {
            await writer.WriteAsync(bytes.Slice(at, MiB), default);
        }
    }

    private DiskPartStore Open() => DiskPartStore.Open(Folder.Path, new DiskPartStoreOptions { RequireSpace = Require });

    private void Require(long bytes)
    {
        _required.Add(bytes);
        if (_isFull)
        {
            throw new PartStoreFullException("The disk is full.");
        }
    }
}
