namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>Several stores on one directory simulate several processes. Each has its own locks and its own record of what is
/// durable, which are the only things that processes do not share.</summary>
public sealed class SharedDiskTests : IDisposable
{
    private static readonly UploadId Upload = PartBytes.Upload(1);

    private readonly TemporaryFolder _root = new();
    private readonly DiskPartStore _first;
    private readonly DiskPartStore _second;

    public SharedDiskTests()
    {
        _first = DiskPartStore.OpenShared(_root.Path, new() { Threads = 2 });
        _second = DiskPartStore.OpenShared(_root.Path, new() { Threads = 2 });
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _root.Dispose();
    }

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Data_stored_by_one_process_is_listed_and_read_by_the_others()
    {
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(
            () => (i % 2 == 0 ? _first : _second).StoreAsync(Upload, PartBytes.Attempt(i), PartBytes.Of(10_000 + i, i)))));

        foreach (var store in (DiskPartStore[])[_first, _second])
        {
            Assert.Equal([Upload], await store.ListUploadsAsync(None).ToListAsync());
            Assert.Equal(24, (await store.AllAttemptsAsync(Upload, None)).Count);
            for (var i = 0; i < 24; i++)
            {
                Assert.Equal(PartBytes.Of(10_000 + i, i), await store.LoadAsync(Upload, PartBytes.Attempt(i)));
            }
        }
    }

    [Fact]
    public async Task Two_processes_with_different_manifests_store_only_one()
    {
        for (var round = 0; round < 50; round++)
        {
            var upload = PartBytes.Upload(round);
            var stored = await Task.WhenAll(TryPutAsync(_first, upload, seed: 1), TryPutAsync(_second, upload, seed: 2));
            Assert.Single(stored, won => won);
            var expected = PartBytes.Manifest(upload, extents: 20, stored[0] ? 1 : 2);
            Assert.Equal(expected.Archive, (await _first.ReadManifestAsync(upload, None))!.Archive);
            Assert.Equal(expected.Archive, (await _second.ReadManifestAsync(upload, None))!.Archive);
        }
    }

    [Fact]
    public async Task An_upload_in_progress_keeps_its_directory_even_if_it_is_empty()
    {
        await _first.StoreAsync(Upload, PartBytes.Attempt(1), [1]);
        var directory = Path.GetDirectoryName(_root.Only(".part"))!;
        await _second.DeleteAttemptAsync(Upload, PartBytes.Attempt(1), None);
        await using (await _second.CreateAsync(Upload, PartBytes.Attempt(2), 1, None))
        {
            // Disposed without a commit.
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(directory));
        Assert.Equal([Upload], await _first.ListUploadsAsync(None).ToListAsync());
        await _second.DeleteUploadAsync(Upload, None);
        Assert.False(Directory.Exists(directory));
        Assert.Empty(await _first.ListUploadsAsync(None).ToListAsync());
    }

    [Fact]
    public async Task Attempts_can_be_started_while_another_process_deletes_the_upload()
    {
        using var ended = new CancellationTokenSource();
        var deleting = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                await _second.DeleteUploadAsync(Upload, None);
            }
        });
        for (var i = 0; i < 100; i++)
        {
            await using var writer = await _first.CreateAsync(Upload, PartBytes.Attempt(i), 1, None);
        }

        await ended.CancelAsync();
        await deleting;
    }

    [Fact]
    public async Task Only_one_of_many_concurrent_processes_marks_a_folder()
    {
        Assert.Null(FolderMark.Find(_root.Path));
        Assert.Null(FolderMark.Find(Path.Combine(_root.Path, "missing")));
        var marks = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => Task.Run(() => FolderMark.FindOrMake(_root.Path, PartBytes.Of(16, i)))));
        Assert.All(marks, mark => Assert.Equal(marks[0], mark));
        Assert.Equal(marks[0], FolderMark.Find(_root.Path));
        Assert.Equal([FolderMark.FileName], Directory.GetFiles(_root.Path).Select(Path.GetFileName));
    }

    private static async Task<bool> TryPutAsync(DiskPartStore store, UploadId upload, int seed)
    {
        try
        {
            await store.PutManifestAsync(PartBytes.Manifest(upload, extents: 20, seed), None);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
