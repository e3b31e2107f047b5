using System.Text;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>A whole stream is replaced by a snapshot, as a move does it.</summary>
public sealed class ReplacedStreamTests
{
    private static readonly EntityId Entity = new(EntityKind.Upload, "upload-1");
    private static readonly DateTimeOffset WakeAt = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    private readonly SharedGrainStorage _storage = new(DefaultSerializer.Instance);

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task A_new_stream_has_only_the_snapshot_and_its_next_append_continues_it(int lengthBytes)
    {
        var snapshot = Bytes(lengthBytes);

        Assert.False(await Open().ReplaceAsync(41, snapshot, WakeAt, Cancellation));

        var journal = Open();
        var history = await journal.ReadAsync(Entity, Cancellation);
        Assert.Equal((41, WakeAt), (history.Version, history.WakeAt));
        Assert.Equal(snapshot, history.Snapshot!.Value.ToArray());
        Assert.Empty(history.Records);
        Assert.Equal(AppendOutcome.Appended, await journal.AppendAsync(new JournalAppend(Entity, 41, Bytes(3)), Cancellation));
        Assert.Equal(42, await Open().ReadVersionAsync(Entity, Cancellation));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task Everything_that_the_stream_had_is_deleted(int lengthBytes)
    {
        var journal = Open();
        for (var version = 0; version < 30; version++)
        {
            await journal.AppendAsync(new JournalAppend(Entity, version, Bytes(version % 7 == 0 ? 60_000 : 900)), Cancellation);
        }

        await Open().ReplaceAsync(20, Bytes(90_000), WakeAt, Cancellation);
        Assert.True(await Open().ReplaceAsync(99, Bytes(lengthBytes), wakeAt: null, Cancellation));

        var history = await Open().ReadAsync(Entity, Cancellation);
        Assert.Equal((99, null), (history.Version, history.WakeAt));
        Assert.Equal(Bytes(lengthBytes), history.Snapshot!.Value.ToArray());
        var rows = lengthBytes <= GrainStorageJournal.MaxInlineSnapshotBytes ? 1 : 1 + JournalRows.NewBlobRows(lengthBytes).Length;
        Assert.Equal(rows, _storage.RowNames.Count());
    }

    [Fact]
    public async Task A_snapshot_row_whose_writer_failed_is_deleted_with_the_next_replacement()
    {
        var faulty = new FaultyGrainStorage(
            _storage, (row, isWrite) => isWrite && row.Contains("-b", StringComparison.Ordinal) ? StorageFault.FailAfter : StorageFault.None);
        await Assert.ThrowsAsync<JournalUnavailableException>(
            () => Open(faulty).ReplaceAsync(5, Bytes(90_000), WakeAt, Cancellation).AsTask());

        await Open().ReplaceAsync(5, Bytes(10), WakeAt, Cancellation);

        Assert.Single(_storage.RowNames);
    }

    private GrainStorageJournal Open(IGrainStorage? storage = null) =>
        new(storage ?? _storage, GrainId.Create("ou-test", "a"), Entity, TimeProvider.System);

    private static byte[] Bytes(int count) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, (count / 6) + 1).Select(n => $"{n:D6}"))[..count]);
}
