using System.Collections.Concurrent;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.Tests.Checking;

namespace OrleansUploads.Engine.Tests.Moving;

/// <summary>The move of a data folder with a bucket. The tests of the silo move whole services.</summary>
public sealed class FolderMoveTests : IDisposable
{
    private readonly CheckedBucket _bucket = new();
    private readonly MemoryTarget _target = new();
    private readonly MemoryPartStore _parts = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bucket.Dispose();

    [Fact]
    public async Task A_copy_has_every_history_and_every_needed_byte()
    {
        await _bucket.FillAsync();
        using var move = Open();

        var copied = await move.CopyAsync(Cancellation);
        var compared = await move.VerifyAsync(Cancellation);

        Assert.Equal((0, 0), (copied.FaultCount, compared.FaultCount));
        Assert.Equal(_target.Images.Count, compared.EntityCount);
        Assert.Equal(copied.EntityCount, compared.EntityCount);
        Assert.Equal(4, compared.AttemptCount);
        Assert.Equal((copied.AttemptCount, copied.ByteCount), (compared.AttemptCount, compared.ByteCount));
    }

    [Fact]
    public async Task A_second_copy_has_only_what_changed_in_a_folder_in_use()
    {
        await _bucket.FillAsync();
        await CopyAsync();
        await _bucket.UseAsync(async () =>
        {
            await _bucket.PutAsync("new");
            using var move = Open();
            Assert.True(move.IsOnline);
            var copied = await move.CopyAsync(Cancellation);
            Assert.InRange(copied.EntityCount, 1, 4);
            Assert.Equal((1, 0), (copied.AttemptCount, copied.FaultCount));
            Assert.Equal(0, (await move.VerifyAsync(Cancellation)).FaultCount);
        });
    }

    [Fact]
    public async Task A_history_that_ended_at_the_source_is_removed()
    {
        await _bucket.FillAsync();
        await CopyAsync();
        var ended = _target.Images.Keys.First(static entity => entity.Kind == EntityKind.Upload);

        await _bucket.LoseAsync(ended);
        using var move = Open();

        Assert.Equal(1, (await move.CopyAsync(Cancellation)).RemovedCount);
        Assert.DoesNotContain(ended, _target.Images.Keys);
    }

    [Fact]
    public async Task An_interrupted_copy_continues_and_keeps_nothing_that_is_incomplete()
    {
        await _bucket.FillAsync();
        _target.FailsAfter = 3;
        using (var first = Open())
        {
            await Assert.ThrowsAsync<IOException>(() => first.CopyAsync(Cancellation));
        }

        _target.FailsAfter = int.MaxValue;
        await CopyAsync();
    }

    [Fact]
    public async Task A_frozen_folder_takes_no_changes_still_answers_reads_and_is_not_opened_again()
    {
        await _bucket.UseAsync(_bucket.CreateBucketAsync);
        await using (var folder = DataFolder.Open(_bucket.Path))
        {
            using var move = Open();
            move.Freeze("cluster-1");

            var journal = folder.Ports.Journal;
            var refused = await Assert.ThrowsAsync<JournalUnavailableException>(
                () => journal.AppendAsync(new JournalAppend(Some.Account.Entity, 1, new byte[] { 1 }), Cancellation).AsTask());
            Assert.Contains("cluster-1", refused.Message, StringComparison.Ordinal);
            Assert.NotEqual(0, await journal.ReadVersionAsync(Some.Account.Entity, Cancellation));
        }

        var closed = Assert.Throws<IOException>(() => DataFolder.Open(_bucket.Path));
        Assert.Contains("has moved to the cluster cluster-1", closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_lost_at_the_source_are_reported()
    {
        await _bucket.FillAsync();
        foreach (var file in Directory.GetFiles(Path.Combine(_bucket.Path, DataFolder.PartsFolder), "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        using var move = Open();
        Assert.NotEqual(0, (await move.CopyAsync(Cancellation)).FaultCount);
    }

    [Fact]
    public async Task A_history_that_differs_in_the_cluster_is_found_and_copied_again()
    {
        await _bucket.FillAsync();
        using var move = Open();
        await move.CopyAsync(Cancellation);
        var (entity, image) = _target.Images.First();
        _target.Images[entity] = image with { Snapshot = image.Snapshot[..^1] };

        Assert.Contains(entity.ToString(), Assert.Single((await move.VerifyAsync(Cancellation)).Faults), StringComparison.Ordinal);
        Assert.Equal(1, (await move.CopyAsync(Cancellation)).EntityCount);
        Assert.Equal(0, (await move.VerifyAsync(Cancellation)).FaultCount);
    }

    [Fact]
    public async Task A_byte_that_differs_in_the_cluster_is_found_and_copied_again()
    {
        await _bucket.FillAsync();
        using (var move = FolderMove.Open(_bucket.Path, new LossyParts(_parts), _target, bytesStay: false))
        {
            await move.CopyAsync(Cancellation);

            Assert.NotEqual(0, (await move.VerifyAsync(Cancellation)).FaultCount);
        }

        await CopyAsync();
    }

    [Fact]
    public async Task Two_processes_do_not_move_a_folder_at_the_same_time()
    {
        await _bucket.FillAsync();
        using var move = Open();

        Assert.Contains(ProgressFile.FileName, Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
    }

    private async Task CopyAsync()
    {
        using var move = Open();
        Assert.Equal(0, (await move.CopyAsync(Cancellation)).FaultCount);
        Assert.Equal(0, (await move.VerifyAsync(Cancellation)).FaultCount);
    }

    private FolderMove Open() => FolderMove.Open(_bucket.Path, _parts, _target, bytesStay: false);

    /// <summary>A cluster in memory.</summary>
    private sealed class MemoryTarget : IMoveTarget
    {
        private int _imports;

        public ConcurrentDictionary<EntityId, EntityImage> Images { get; } = [];

        public int FailsAfter { get; set; } = int.MaxValue;

        public ValueTask ImportAsync(EntityId entity, EntityImage image, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _imports) > FailsAfter)
            {
                throw new IOException("The cluster is gone.");
            }

            Images[entity] = image;
            return ValueTask.CompletedTask;
        }

        public ValueTask<EntityImage?> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Images.GetValueOrDefault(entity));

        public ValueTask RemoveAsync(EntityId entity, CancellationToken cancellationToken)
        {
            Images.TryRemove(entity, out _);
            return ValueTask.CompletedTask;
        }
    }
}
