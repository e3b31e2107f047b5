using OrleansUploads.Core.Keys;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.Tests.Objects;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A data folder with a bucket, in which damage can be planted.</summary>
internal sealed class CheckedBucket : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly ManualTime _time = new();
    private readonly SeededIds _ids;
    private BucketIncarnation _bucket;

    public CheckedBucket() => _ids = new SeededIds(_time, 1);

    public string Path => _root.Path;

    public static CheckedBucket CopyOf(CheckedBucket original)
    {
        var copy = new CheckedBucket();
        FileDamage.CopyFolder(original.Path, copy.Path);
        return copy;
    }

    /// <summary>Runs an engine on the folder until everything that was begun has reached all entities.</summary>
    public async Task UseAsync(Func<ObjectBench, Task> use, Func<IJournal, IJournal>? wrap = null)
    {
        await using var folder = DataFolder.Open(_root.Path, time: _time);
        var journal = wrap?.Invoke(folder.Ports.Journal) ?? folder.Ports.Journal;
        var bench = new ObjectBench(journal, folder.Ports.Wakes, new KeptParts(folder.Ports.Parts), _time, _ids) { Bucket = _bucket };
        await using (bench.Host)
        {
            await use(bench);
            await bench.WakeAllAsync(TimeSpan.FromMinutes(1));
        }

        _bucket = bench.Bucket;
    }

    /// <summary>Creates the bucket with four attempts in use: two objects, an upload in progress and a completed one. An object was deleted.
    /// </summary>
    public Task FillAsync() => UseAsync(static async bench =>
    {
        await bench.CreateBucketAsync();
        await bench.PutAsync("single", "x");
        await bench.DeleteAsync("single");
        await bench.PutAsync("kept", "x");
        await bench.PutAsync("other", "more text");
        await bench.InitiateAsync("half", "part");
        var (upload, part) = await bench.InitiateAsync("whole", "part");
        await bench.CompleteAsync(upload, "whole", null, part);
    });

    public void Dispose() => _root.Dispose();

    /// <summary>Appends events to a history, as if its entity had decided them.</summary>
    public async Task PlantAsync<TEvent>(EntityId entity, params TEvent[] events)
        where TEvent : class
    {
        await using var journal = SqliteJournal.Open(_root.Path);
        var version = await journal.ReadVersionAsync(entity, CancellationToken.None);
        Assert.Equal(
            AppendOutcome.Appended,
            await journal.AppendAsync(new JournalAppend(entity, version, EventCodec.Encode(events)), CancellationToken.None));
    }

    public async Task LoseAsync(EntityId entity)
    {
        await using var journal = SqliteJournal.Open(_root.Path);
        var version = await journal.ReadVersionAsync(entity, CancellationToken.None);
        Assert.NotEqual(0, version);
        Assert.Equal(AppendOutcome.Appended, await journal.ForgetAsync(entity, version, CancellationToken.None));
    }

    /// <summary>The states of all leaves that own keys, from left to right.</summary>
    public IReadOnlyList<KeyLeafState> Leaves(KeyTree tree = KeyTree.Objects)
    {
        using var journal = JournalInspection.Open(_root.Path);
        var states = new EntityStates(journal);
        return [.. journal.ListStreamsAsync(EntityKind.KeyLeaf, "", CancellationToken.None)
            .Select((stream, cancellationToken) => states.ReadAsync<KeyLeafState>(stream.Entity, cancellationToken))
            .ToBlockingEnumerable()
            .Where(leaf => leaf.Leaf.Index.Tree == tree && leaf.Phase is LeafPhase.Live or LeafPhase.Sealed)
            .OrderBy(leaf => leaf.From)];
    }

    public async Task<IReadOnlyList<Damage>> CheckAsync() =>
        (await FolderCheck.RunAsync(_root.Path, new CheckOptions())).Damage;

    /// <summary>Deletes nothing, so that the folder has the bytes of every earlier state of its journal.</summary>
    private sealed class KeptParts(IPartStore inner) : DelegatingPartStore(inner)
    {
        public override ValueTask DeleteAttemptsAsync(
            UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken) => default;

        public override ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken) => default;
    }
}
