using System.Text;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Objects;

/// <summary>An engine in memory with a bucket. Its leaves are short, so that a few keys make many of them.</summary>
internal sealed class ObjectBench
{
    public static readonly ObjectHeaders Headers = new(StorageClass.Standard, new Dictionary<string, string>());

    private readonly MemoryJournal _journal = new();
    private readonly long _leafBytes;
    private readonly JournalFaultPlan _faults;

    public ObjectBench(long leafBytes = 3000, JournalFaultPlan? faults = null)
    {
        _leafBytes = leafBytes;
        _faults = faults ?? JournalFaultPlans.None;
        Ids = new SeededIds(Time, 1);
        Start();
    }

    public ManualTime Time { get; } = new();

    public MemoryPartStore Parts { get; } = new();

    public SeededIds Ids { get; }

    public EmbeddedHost Host { get; private set; } = null!;

    public KeyIndex Keys { get; private set; } = null!;

    public ObjectIntake Intake => new(Host, Parts, Ids, Time, Keys);

    public ObjectReader Reader => new(Host, Keys, Parts);

    public AttemptCollector Collector => new(Host, Parts, Host.Clock);

    public WakeScan Wakes => new(Host, _journal);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static ObjectBody Body(byte[] bytes, StatedDigests stated = default) =>
        new(new MemoryStream(bytes), bytes.Length, Sha256: null, stated.Checksum?.Algorithm, () => stated);

    /// <summary>The journal as the newest host sees it.</summary>
    public FaultyJournal Journal { get; private set; } = null!;

    /// <summary>Starts another host on the durable state, with nothing remembered.</summary>
    public void Start()
    {
        Journal = new FaultyJournal(_journal, _faults);
        Host = new EmbeddedHost(
            new EntityCatalog(new EngineOptions(), new EntityLayout { LeafBytes = _leafBytes }),
            Journal,
            Parts,
            Time);
        Keys = new KeyIndex(Host);
    }

    public async Task<TAnswer> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => (await Host.AskAsync(entity, command, CancellationToken.None)).Answer;

    public async Task<BucketIncarnation> CreateBucketAsync() =>
        (await AskAsync(Some.Account.Entity, new CreateBucket(Some.Account, SomeObject.BucketName))).Bucket!.Bucket;

    public ValueTask<Outcome<Done>> DeleteBucketAsync() => Host.AskAsync(
        SomeObject.BucketName.Entity, new DeleteBucket(SomeObject.BucketName, Some.Account), CancellationToken.None);

    public Task<Outcome<PublishedObject>> PutAsync(string key, string text, PublishCondition? condition = null) =>
        PutAsync(SomeObject.Named(key), text, condition);

    public async Task<Outcome<PublishedObject>> PutAsync(ObjectName name, string text, PublishCondition? condition = null) =>
        await Intake.PutAsync(name, Headers, Body(Bytes(text)), condition, CancellationToken.None);

    public async Task DeleteAsync(string key) =>
        _ = (await Keys.DeleteAsync(SomeObject.Named(key), condition: null, CancellationToken.None)).Answer;

    /// <summary>The content of an object, or null if the key has none.</summary>
    public async Task<string?> GetAsync(string key, PartRange? range = null)
    {
        var found = await Reader.FindAsync(SomeObject.Named(key), CancellationToken.None);
        if (!found.TryGet(out var thing, out var refusal))
        {
            Assert.IsType<ObjectRefusal.KeyNotFound>(refusal);
            return null;
        }

        using var output = new MemoryStream();
        if (thing.Entry.SizeBytes > 0)
        {
            var manifest = await Reader.ReadManifestAsync(thing, CancellationToken.None);
            await Reader.CopyAsync(
                thing, manifest, range ?? new PartRange(0, manifest.SizeBytes - 1), output, CancellationToken.None);
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    public async Task<UploadId> InitiateAsync(string key) => (await Intake.InitiateAsync(
        SomeObject.Named(key), Headers, checksum: null, CancellationToken.None)).Answer.Upload;

    public async Task<ChosenPart> StoreAsync(UploadId upload, string key, int number, byte[] bytes)
    {
        var part = (await Intake.StorePartAsync(
            upload, SomeObject.Named(key), number, Body(bytes), sender: null, CancellationToken.None)).Answer;
        return new ChosenPart(number, part.Md5, part.Checksum);
    }

    public async Task<Outcome<PublishedObject>> CompleteAsync(
        UploadId upload, string key, PublishCondition? condition, params ChosenPart[] parts) => await Intake.CompleteAsync(
            upload, SomeObject.Named(key), parts, sizeBytes: null, checksum: null, checksumType: null, condition, CancellationToken.None);

    /// <summary>Advances the clock and wakes what is due, until nothing is.</summary>
    public async Task WakeAllAsync(TimeSpan step)
    {
        do
        {
            Time.Advance(step);
        }
        while (await Wakes.RunAsync(CancellationToken.None) > 0);
    }

    /// <summary>The number of uploads with bytes.</summary>
    public async Task<int> CountUploadsWithBytesAsync() => (await Parts.ListUploadsAsync(CancellationToken.None).ToListAsync()).Count;

    public async Task<KeyPage> ListAsync(
        KeyTree tree = KeyTree.Objects, string prefix = "", string delimiter = "", KeyPosition? after = null, int limit = 1000) =>
        await new KeyLister(Keys).ListAsync(
            new KeyListing(new KeyIndexId(SomeObject.Bucket, tree), prefix, delimiter, after, limit), CancellationToken.None);
}
