namespace OrleansUploads.Engine.Tests.DataFolders;

/// <summary>The data folder: its directory entry is durable, and only its owner can read it.</summary>
public sealed class DataFolderTests : IDisposable
{
    private const int InputOutputError = 5;

    private readonly TemporaryFolder _parent = new();
    private readonly FaultyFlush _flush = new();

    public void Dispose() => _parent.Dispose();

    private string Folder => Path.Combine(_parent.Path, "made", "data");

    [Fact]
    [Promise("README.md", "Status 204 for a part means that its bytes, its directory entry and its journal record are flushed to disk")]
    public async Task Entries_of_new_folders_are_flushed_in_their_parents()
    {
        await Open().DisposeAsync();

        Assert.Contains(_parent.Path, _flush.Asked);
        Assert.Contains(Path.GetDirectoryName(Folder)!, _flush.Asked);
        Assert.Contains(Folder, _flush.Asked);
    }

    [Fact]
    public void A_folder_whose_directory_entry_cannot_be_flushed_is_not_served_and_is_created_again_by_the_next_start()
    {
        _flush.Fail(InputOutputError, path => path == Path.GetDirectoryName(Folder));
        Assert.Throws<FlushFailedException>(() => Open());
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task An_existing_folder_that_others_can_read_becomes_private()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix file modes.");
            return;
        }

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(Folder);
        File.SetUnixFileMode(Folder, owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await Open().DisposeAsync();

        Assert.Equal(owner, File.GetUnixFileMode(Folder));
    }

    [Fact]
    [Promise("operations.md", "a flush to the disk fails")]
    public async Task A_failed_disk_is_reported_once_and_in_the_health_of_its_store()
    {
        var failures = new List<Exception>();
        await using var folder = Open(failures.Add);
        _flush.Fail(InputOutputError);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await Assert.ThrowsAsync<PartStoreFailedException>(
                () => folder.Ports.Parts.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(attempt), [1]));
        }

        var failure = Assert.Single(failures);
        var health = folder.Health.ToDictionary(store => store.Name, store => store.Read());
        Assert.Equal(new StoreHealth(StoreCondition.Unhealthy, failure.Message, failure), health["part-store-disk"]);
        Assert.Equal(StoreHealth.Healthy, health["journal-disk"]);
        Assert.Equal(StoreHealth.Healthy, health["space"]);
    }

    [Fact]
    public async Task A_disk_that_does_not_answer_is_told_once_and_one_thread_waits_for_it()
    {
        var (time, told) = (new ManualTime(), new List<string?>());
        await using var folder = DataFolder.Open(Folder, new DataFolderOptions { FloorBytes = long.MaxValue / 2, OnSpaceChange = Tell }, time);

        time.Advance(TimeSpan.Zero);

        Assert.Equal(2, told.Count);
        Assert.StartsWith("The disk is full", told[0], StringComparison.Ordinal);
        Assert.StartsWith("The disk has not answered", told[1], StringComparison.Ordinal);

        void Tell(string? problem)
        {
            told.Add(problem);
            if (told.Count == 1)
            {
                // The first look does not end before the next ones.
                time.Advance(3 * DiskSpace.RestoreInterval);
            }
        }
    }

    private DataFolder Open(Action<Exception>? onDiskFailure = null) =>
        DataFolder.Open(Folder, new DataFolderOptions { Flush = _flush, OnDiskFailure = onDiskFailure });
}
