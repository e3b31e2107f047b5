using System.Text;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Objects;

/// <summary>An engine with a bucket. Its leaves are short, so that a few keys make many of them.</summary>
internal sealed class ObjectBench
{
    public static readonly ObjectHeaders Headers = new(StorageClass.Standard, new Dictionary<string, string>());

    private readonly IJournal _journal;
    private readonly IWakeIndex _wakes;
    private readonly long _leafBytes;
    private readonly JournalFaultPlan _faults;

    public ObjectBench(long leafBytes = 3000, JournalFaultPlan? faults = null)
        : this(new MemoryJournal(), new ManualTime(), leafBytes, faults)
    {
    }

    /// <summary>An engine over the journal of a folder.</summary>
    public ObjectBench(IJournal journal, IWakeIndex wakes, IPartStore parts, ManualTime time, SeededIds ids)
    {
        (_journal, _wakes, Parts, Time, Ids) = (journal, wakes, parts, time, ids);
        (_leafBytes, _faults) = (3000, JournalFaultPlans.None);
        Start();
    }

    private ObjectBench(MemoryJournal journal, ManualTime time, long leafBytes, JournalFaultPlan? faults)
    {
        (_journal, _wakes, Parts, Time, Ids) = (journal, journal, new MemoryPartStore(), time, new SeededIds(time, 1));
        (_leafBytes, _faults) = (leafBytes, faults ?? JournalFaultPlans.None);
        Start();
    }

    public ManualTime Time { get; }

    public IPartStore Parts { get; }

    public SeededIds Ids { get; }

    /// <summary>The journal as the newest host sees it.</summary>
    public FaultyJournal Journal { get; private set; } = null!;

    public EmbeddedHost Host { get; private set; } = null!;

    public KeyIndex Keys { get; private set; } = null!;

    /// <summary>The bucket as it was created last.</summary>
    public BucketIncarnation Bucket { get; set; } = SomeObject.Bucket;

    public ObjectIntake Intake => new(Host, Parts, Ids, Time, Keys);

    public ObjectReader Reader => new(Host, Keys, Parts);

    public WakeScan Wakes => new(Host, _wakes);

    /// <summary>The bytes that are not freed yet, as far as they are kept for less than two days.</summary>
    public DeletedBytes Deleted => new(Host, _wakes, Host.Clock, TimeSpan.FromDays(2), Time);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static ObjectBody Body(byte[] bytes, StatedDigests stated = default) =>
        new(new MemoryStream(bytes), bytes.Length, Sha256: null, stated.Checksum?.Algorithm, () => stated);

    /// <summary>Starts another host on the durable state, with nothing remembered.</summary>
    public void Start()
    {
        Journal = new FaultyJournal(_journal, _faults);
        Host = new EmbeddedHost(
            new EntityCatalog(new EngineOptions(), new EntityLayout { LeafBytes = _leafBytes }), Journal, Parts, Time);
        Keys = new KeyIndex(Host);
    }

    public Task<TAnswer> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => Host.AnswerAsync(entity, command);

    public async Task<BucketIncarnation> CreateBucketAsync() =>
        Bucket = (await AskAsync(Some.Account.Entity, new CreateBucket(Some.Account, SomeObject.BucketName))).Bucket!.Bucket;

    public ValueTask<Outcome<Done>> DeleteBucketAsync() => Host.AskAsync(
        SomeObject.BucketName.Entity, new DeleteBucket(SomeObject.BucketName, Some.Account), CancellationToken.None);

    public async Task<Outcome<PublishedObject>> PutAsync(string key, string text, PublishCondition? condition = null) =>
        await Intake.PutAsync(NameOf(key), Headers, Body(Bytes(text)), condition, CancellationToken.None);

    public async Task DeleteAsync(string key) =>
        _ = (await Keys.DeleteAsync(NameOf(key), condition: null, CancellationToken.None)).Answer;

    /// <summary>The content of an object, or null if the key has none.</summary>
    public async Task<string?> GetAsync(string key, PartRange? range = null)
    {
        var found = await Reader.FindAsync(NameOf(key), CancellationToken.None);
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
        NameOf(key), Headers, checksum: null, createKey: null, CancellationToken.None)).Answer.Upload;

    public async Task<(UploadId Upload, ChosenPart Part)> InitiateAsync(string key, string text)
    {
        var upload = await InitiateAsync(key);
        return (upload, await StoreAsync(upload, key, 1, Bytes(text)));
    }

    public async Task<ChosenPart> StoreAsync(UploadId upload, string key, int number, byte[] bytes)
    {
        var part = (await Intake.StorePartAsync(
            upload, NameOf(key), number, Body(bytes), sender: null, CancellationToken.None)).Answer;
        return new ChosenPart(number, part.Md5, part.Checksum);
    }

    public async Task<Outcome<PublishedObject>> CompleteAsync(
        UploadId upload, string key, PublishCondition? condition, params ChosenPart[] parts) => await Intake.CompleteAsync(
            upload, NameOf(key), parts, sizeBytes: null, checksum: null, checksumType: null, condition, CancellationToken.None);

    public async Task<Outcome<Done>> AbortAsync(UploadId upload, string key) =>
        await Intake.AbortAsync(upload, NameOf(key), CancellationToken.None);

    /// <summary>Advances the clock and wakes what is due, until nothing is.</summary>
    public async Task WakeAllAsync(TimeSpan step)
    {
        do
        {
            Time.Advance(step);
        }
        while (await Wakes.RunAsync(CancellationToken.None) > 0);
    }

    public async Task<int> CountUploadsWithBytesAsync() => (await Parts.ListUploadsAsync(CancellationToken.None).ToListAsync()).Count;

    public async Task<KeyPage> ListAsync(
        KeyTree tree = KeyTree.Objects, string prefix = "", string delimiter = "", KeyPosition? after = null, int limit = 1000) =>
        await new KeyLister(Keys).ListAsync(
            new KeyListing(new KeyIndexId(SomeObject.Bucket, tree), prefix, delimiter, after, limit), CancellationToken.None);

    private ObjectName NameOf(string key) => new(Bucket, SomeObject.Key(key));
}
