using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.Sqlite;
using OrleansUploads.Engine.Tests.Checking;

namespace OrleansUploads.Engine.Tests.Moving;

/// <summary>The move of the bytes of a bucket out of a shared folder. The tests of the silo move the bytes of whole clusters.</summary>
public sealed class BytesMoveTests : IDisposable
{
    private readonly CheckedBucket _bucket = new();
    private readonly MemoryPartStore _parts = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(_bucket.Path, DataFolder.PartsFolder);

    public void Dispose() => _bucket.Dispose();

    [Fact]
    public async Task A_copy_has_every_needed_byte_and_a_second_one_copies_nothing()
    {
        await _bucket.FillAsync();

        var copied = await CopyAsync();

        Assert.Equal((4, 0), (copied.AttemptCount, copied.FaultCount));
        Assert.Equal(copied.AttemptCount, await CountAttemptsAsync());
        Assert.Equal(0, (await CopyAsync()).EntityCount);
    }

    [Fact]
    public async Task A_second_copy_has_only_what_changed()
    {
        await _bucket.FillAsync();
        await CopyAsync();
        await _bucket.UseAsync(async () => await _bucket.PutAsync("new"));

        var copied = await CopyAsync();

        Assert.Equal((1, 1, 0), (copied.EntityCount, copied.AttemptCount, copied.FaultCount));
    }

    [Fact]
    public async Task A_part_that_an_open_upload_gets_between_two_copies_is_copied()
    {
        await _bucket.FillAsync();
        var upload = default(UploadId);
        await _bucket.UseAsync(async () => upload = await _bucket.InitiateAsync("open"));
        await CopyAsync();
        await _bucket.UseAsync(async () => await _bucket.StoreAsync(upload, "open", 2));

        var copied = await CopyAsync();

        Assert.Equal((1, 2, 0), (copied.EntityCount, copied.AttemptCount, copied.FaultCount));
        Assert.Equal(6, await CountAttemptsAsync());
    }

    [Fact]
    public async Task An_interrupted_copy_continues()
    {
        await _bucket.FillAsync();
        await Assert.ThrowsAsync<IOException>(() => CopyAsync(new FailingParts(_parts)));

        Assert.Equal(0, (await CopyAsync()).FaultCount);
        Assert.Equal(4, await CountAttemptsAsync());
    }

    [Fact]
    public async Task A_copied_byte_that_differs_is_found_and_copied_again()
    {
        await _bucket.FillAsync();
        Assert.NotEqual(0, (await CopyAsync(new LossyParts(_parts))).FaultCount);

        var copied = await CopyAsync();

        Assert.Equal(0, copied.FaultCount);
        Assert.NotEqual(0, copied.ByteCount);
    }

    [Fact]
    public async Task Bytes_that_are_lost_in_the_folder_are_reported_each_time()
    {
        await _bucket.FillAsync();
        LoseAttempts();

        Assert.NotEqual(0, (await CopyAsync()).FaultCount);
        Assert.NotEqual(0, (await CopyAsync()).FaultCount);
    }

    [Fact]
    public async Task Bytes_that_their_upload_needs_no_more_when_they_are_missing_are_no_damage()
    {
        await _bucket.FillAsync();
        LoseAttempts();
        var asked = new HashSet<EntityId>();

        var copied = await CopyAsync(read: (entity, history) => asked.Add(entity) ? history : JournalHistory.None);

        Assert.Equal((0, 0), (copied.FaultCount, await CountAttemptsAsync()));
    }

    [Fact]
    public async Task A_folder_whose_bytes_have_moved_loses_its_mark_and_says_where_they_are()
    {
        await _bucket.FillAsync();
        FolderMark.FindOrMake(Folder, [1, 2, 3]);
        using var move = BytesMove.Open(Folder, _parts, static (_, _) => ValueTask.FromResult(JournalHistory.None));

        await move.LeaveAsync("s3://bucket/new", CancellationToken.None);
        await move.LeaveAsync("s3://bucket/new", CancellationToken.None);

        Assert.Null(FolderMark.Find(Folder));
        Assert.Equal("s3://bucket/new", MovedMark.Find(Folder));
    }

    private void LoseAttempts()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.part", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }
    }

    private async Task<MoveTally> CopyAsync(IPartStore? to = null, Func<EntityId, JournalHistory, JournalHistory>? read = null)
    {
        using var journal = JournalInspection.Open(_bucket.Path);
        using var move = BytesMove.Open(Folder, to ?? _parts, (entity, _) =>
        {
            lock (journal)
            {
                var history = journal.Read(entity);
                return ValueTask.FromResult(read?.Invoke(entity, history) ?? history);
            }
        });
        return await move.CopyAsync(Cancellation);
    }

    private async Task<int> CountAttemptsAsync()
    {
        var count = 0;
        await foreach (var upload in _parts.ListUploadsAsync(Cancellation))
        {
            await foreach (var page in _parts.ListAttemptsAsync(upload, Cancellation))
            {
                count += page.Count;
            }
        }

        return count;
    }

    /// <summary>Takes two attempts.</summary>
    private sealed class FailingParts(IPartStore inner) : DelegatingPartStore(inner)
    {
        private int _created;

        public override ValueTask<IAttemptWriter> CreateAsync(
            UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken) =>
            Interlocked.Increment(ref _created) > 2
                ? throw new IOException("The store is gone.")
                : base.CreateAsync(upload, attempt, lengthBytes, cancellationToken);
    }
}
