using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Sqlite;
using OrleansUploads.Engine.Tests.Objects;
using OrleansUploads.Engine.Tests.PartStores;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A data folder with a bucket, in which damage can be planted. Its leaves are short, so that a few keys make many of
/// them.</summary>
internal sealed class CheckedBucket : IDisposable
{
    private const long LeafBytes = 3000;

    private static readonly ObjectHeaders Headers = new(StorageClass.Standard, new Dictionary<string, string>());

    private readonly TemporaryRoot _root = new();
    private readonly ManualTime _time;
    private readonly SeededIds _ids;
    private EmbeddedHost _host = null!;
    private IPartStore _parts = null!;
    private BucketIncarnation _bucket;

    public CheckedBucket()
    {
        _time = new ManualTime();
        _ids = new SeededIds(_time, 1);
    }

    /// <summary>Copies a bucket that no engine is using.</summary>
    public CheckedBucket(CheckedBucket original)
    {
        (_time, _ids, _bucket) = (original._time, original._ids, original._bucket);
        File.Delete(System.IO.Path.Combine(original.Path, DiskSpace.ReserveFileName));
        Copy(original.Path, Path);
    }

    public string Path => _root.Path;

    private ObjectIntake Intake => new(_host, _parts, _ids, _time, new KeyIndex(_host));

    /// <summary>Runs an engine on the folder until everything that was begun has reached all entities.</summary>
    public async Task UseAsync(Func<Task> use, Func<IJournal, IJournal>? wrap = null)
    {
        await using var folder = DataFolder.Open(_root.Path, time: _time);
        _parts = new KeptParts(folder.Ports.Parts);
        var catalog = new EntityCatalog(new EngineOptions(), new EntityLayout { LeafBytes = LeafBytes });
        await using var host = new EmbeddedHost(catalog, wrap?.Invoke(folder.Ports.Journal) ?? folder.Ports.Journal, _parts, _time);
        _host = host;
        await use();
        var wakes = new WakeScan(host, folder.Ports.Wakes);
        while (await wakes.RunAsync(CancellationToken.None) > 0)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>Creates the bucket with four attempts in use: two objects, an upload in progress and a completed one. An object was deleted.
    /// </summary>
    public Task FillAsync() => UseAsync(async () =>
    {
        await CreateBucketAsync();
        await PutAsync("single");
        await DeleteAsync("single");
        await PutAsync("kept");
        await PutAsync("other", "more text");
        await InitiateAsync("half");
        await CompleteAsync(await InitiateAsync("whole"), "whole");
    });

    public void Dispose() => _root.Dispose();

    public async Task CreateBucketAsync() =>
        _bucket = (await _host.AskAsync(Some.Account.Entity, new CreateBucket(Some.Account, SomeObject.BucketName), CancellationToken.None))
            .Answer.Bucket!.Bucket;

    public async Task<Outcome<Done>> DeleteBucketAsync() => await _host.AskAsync(
        SomeObject.BucketName.Entity, new DeleteBucket(SomeObject.BucketName, Some.Account), CancellationToken.None);

    public async Task<UploadId> PutAsync(string key, string text = "x", PublishCondition? condition = null)
    {
        var put = await Intake.PutAsync(NameOf(key), Headers, BodyOf(text), condition, CancellationToken.None);
        return put.TryGet(out var published, out _) ? published.Upload : default;
    }

    public async Task DeleteAsync(string key) =>
        _ = (await new KeyIndex(_host).DeleteAsync(NameOf(key), condition: null, CancellationToken.None)).Answer;

    public async Task<UploadId> InitiateAsync(string key)
    {
        var upload = (await Intake.InitiateAsync(NameOf(key), Headers, checksum: null, CancellationToken.None)).Answer.Upload;
        await StoreAsync(upload, key, 1);
        return upload;
    }

    public async Task StoreAsync(UploadId upload, string key, int number) => _ = (await Intake.StorePartAsync(
        upload, NameOf(key), number, BodyOf("part"), sender: null, CancellationToken.None)).Answer;

    public async Task CompleteAsync(UploadId upload, string key) => _ = (await Intake.CompleteAsync(
        upload,
        NameOf(key),
        [new ChosenPart(1, SomeObject.Md5("part"), Checksum: null)],
        sizeBytes: null,
        checksum: null,
        checksumType: null,
        condition: null,
        CancellationToken.None)).Answer;

    public async Task AbortAsync(UploadId upload, string key) =>
        _ = (await Intake.AbortAsync(upload, NameOf(key), CancellationToken.None)).Answer;

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

    /// <summary>Loses a whole history.</summary>
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

    public Task<IReadOnlyList<Damage>> CheckAsync() => CheckAsync(_root.Path, _time);

    public static async Task<IReadOnlyList<Damage>> CheckAsync(string folder, TimeProvider time)
    {
        var damage = new List<Damage>();
        using var opened = DataFolderCheck.Open(folder, parts: null, new CheckOptions { OnDamage = damage.Add }, time);
        var tally = await opened.Check.RunAsync(CheckPosition.Start, CancellationToken.None);
        Assert.Equal(damage.Count, tally.Damaged);
        return damage;
    }

    /// <summary>Copies the files of a folder.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private ObjectName NameOf(string key) => new(_bucket, SomeObject.Key(key));

    private static ObjectBody BodyOf(string text) => ObjectBench.Body(ObjectBench.Bytes(text));

    /// <summary>Deletes nothing, so that the folder has the bytes of every earlier state of its journal.</summary>
    private sealed class KeptParts(IPartStore inner) : DelegatingPartStore(inner)
    {
        public override ValueTask DeleteAttemptsAsync(
            UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken) => default;

        public override ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken) => default;
    }
}
