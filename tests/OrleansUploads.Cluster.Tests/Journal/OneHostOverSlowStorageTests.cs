using System.Globalization;
using System.Text;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>One host whose operations overlap, over a storage that answers in every order. A host that is alone never gets a
/// conflict.</summary>
public sealed class OneHostOverSlowStorageTests
{
    private const int Seeds = 300;
    private const int Steps = 40;
    private const int InlineBytes = 100;
    private const int LongBytes = GrainStorageJournal.MaxInlineSnapshotBytes + 1;

    private static readonly EntityId Entity = Some.Upload(1).Entity;
    private static readonly GrainId Grain = GrainId.Create("ou-upload", "1");

    private readonly SharedGrainStorage _rows = new();
    private readonly HeldGrainStorage _storage;
    private readonly ManualTime _time = new();
    private readonly GrainStorageJournal _journal;

    public OneHostOverSlowStorageTests()
    {
        _storage = new HeldGrainStorage(_rows);
        _journal = Open(_storage);
    }

    [Theory]
    [InlineData(InlineBytes, true)]
    [InlineData(InlineBytes, false)]
    [InlineData(LongBytes, true)]
    [InlineData(LongBytes, false)]
    public async Task A_snapshot_during_an_append_causes_no_conflict(int snapshotBytes, bool newestFirst)
    {
        await AppendAsync(0);
        _storage.IsHolding = true;
        var append = AppendAsync(1);
        var snapshot = _journal.SaveSnapshotAsync(Entity, 1, new byte[snapshotBytes], CancellationToken.None).AsTask();

        await _storage.ReleaseUntilAsync(Task.WhenAll(append, snapshot), count => newestFirst ? count - 1 : 0);

        _storage.IsHolding = false;
        Assert.Equal(AppendOutcome.Appended, await append);
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(2));
    }

    [Fact]
    public async Task A_read_during_a_snapshot_causes_no_conflict()
    {
        await AppendAsync(0);
        _storage.IsHolding = true;
        var snapshot = _journal.SaveSnapshotAsync(Entity, 1, new byte[InlineBytes], CancellationToken.None).AsTask();
        var read = _journal.ReadAsync(Entity, CancellationToken.None).AsTask();

        await _storage.ReleaseUntilAsync(Task.WhenAll(read, snapshot), static count => count - 1);

        _storage.IsHolding = false;
        Assert.Equal(1, (await read).Version);
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(1));
    }

    [Fact]
    public async Task A_lost_snapshot_row_during_an_append_causes_no_conflict()
    {
        var failing = true;
        var faulty = new FaultyGrainStorage(_storage, (name, isWrite) =>
            failing && isWrite && name.Contains("-b", StringComparison.Ordinal) ? StorageFault.FailBefore : StorageFault.None);
        var journal = Open(faulty);
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(journal, 0));
        await Assert.ThrowsAsync<JournalUnavailableException>(
            async () => await journal.SaveSnapshotAsync(Entity, 1, new byte[LongBytes], CancellationToken.None));
        _storage.IsHolding = true;
        var append = AppendAsync(journal, 1);
        var snapshot = journal.SaveSnapshotAsync(Entity, 1, new byte[LongBytes], CancellationToken.None).AsTask();

        await Assert.ThrowsAsync<JournalUnavailableException>(
            () => _storage.ReleaseUntilAsync(Task.WhenAll(append, snapshot), static count => count - 1));

        failing = false;
        _storage.IsHolding = false;
        Assert.Equal(AppendOutcome.Appended, await append);
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(journal, 2));

        // The next snapshot deletes the rows that the lost ones announced.
        await journal.SaveSnapshotAsync(Entity, 3, new byte[LongBytes], CancellationToken.None);
        await journal.SaveSnapshotAsync(Entity, 3, new byte[LongBytes], CancellationToken.None);
        Assert.Equal(3, (await journal.ReadAsync(Entity, CancellationToken.None)).Version);
    }

    [Fact]
    public async Task A_read_does_not_wait_for_ever_for_a_write_that_hangs()
    {
        await AppendAsync(0);
        _storage.IsHolding = true;
        var hanging = AppendAsync(1);
        _storage.IsHolding = false;
        var read = _journal.ReadAsync(Entity, CancellationToken.None).AsTask();
        Assert.False(read.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1, (await read).Version);
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(1));
        _storage.Release(static _ => 0);
        Assert.Equal(AppendOutcome.Conflict, await hanging);
    }

    [Fact]
    public async Task Overlapping_operations_of_one_host_never_conflict_in_any_order_of_answers()
    {
        var overlaps = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            overlaps += await PlayAsync(seed);
        }

        Assert.True(overlaps > Seeds, "Snapshots and appends hardly ever overlapped.");
    }

    /// <summary>Appends one after the other, as a runner does, while snapshots of earlier versions are being saved.</summary>
    /// <returns>The number of appends that started during a snapshot.</returns>
    private async Task<int> PlayAsync(int seed)
    {
        var random = new Random(seed);
        var rows = new SharedGrainStorage();
        var storage = new HeldGrainStorage(rows) { IsHolding = true };
        var journal = Open(storage);
        var snapshots = new List<Task>();
        var overlaps = 0;
        for (var version = 0; version < Steps; version++)
        {
            overlaps += snapshots.Any(static snapshot => !snapshot.IsCompleted) ? 1 : 0;
            var append = AppendAsync(journal, version, random.Next(8) == 0 ? 20_000 : 200);
            await storage.ReleaseUntilAsync(append, random.Next);
            Assert.Equal(AppendOutcome.Appended, await append);
            if (random.Next(3) == 0)
            {
                var content = Encoding.UTF8.GetBytes($"{version + 1}".PadRight(random.Next(2) == 0 ? InlineBytes : LongBytes));
                snapshots.Add(journal.SaveSnapshotAsync(Entity, version + 1, content, CancellationToken.None).AsTask());
            }
        }

        await storage.ReleaseUntilAsync(Task.WhenAll(snapshots), random.Next);
        var history = await Open(rows).ReadAsync(Entity, CancellationToken.None);
        Assert.Equal(Steps, history.Version);
        var first = history.Snapshot is { } snapshot
            ? int.Parse(Encoding.UTF8.GetString(snapshot.Span).TrimEnd(), CultureInfo.InvariantCulture)
            : 0;
        Assert.Equal(
            Enumerable.Range(first, Steps - first),
            history.Records.Select(record => int.Parse(Encoding.UTF8.GetString(record.Span).TrimEnd(), CultureInfo.InvariantCulture)));
        return overlaps;
    }

    private Task<AppendOutcome> AppendAsync(int version) => AppendAsync(_journal, version);

    private static Task<AppendOutcome> AppendAsync(GrainStorageJournal journal, int version, int bytes = 10) => journal.AppendAsync(
        new JournalAppend(Entity, version, Encoding.UTF8.GetBytes($"{version}".PadRight(bytes))), CancellationToken.None).AsTask();

    private GrainStorageJournal Open(Orleans.Storage.IGrainStorage storage) => new(storage, Grain, Entity, _time);
}
