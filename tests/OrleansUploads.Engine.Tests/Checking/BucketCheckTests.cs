using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A check finds each kind of contradiction between a bucket, its leaves and its uploads, and names the key.</summary>
/// <param name="written">The bucket, which each test copies.</param>
public sealed class BucketCheckTests(BucketCheckTests.WrittenBucket written) : IClassFixture<BucketCheckTests.WrittenBucket>, IDisposable
{
    private readonly CheckedBucket _bucket = CheckedBucket.CopyOf(written.Bucket);
    private readonly UploadId _upload = written.Uploads[KeyOf(7)];
    private readonly UploadId _open = written.Open;
    private readonly UploadId _completed = written.Completed;

    public static TheoryData<string> Contradictions => [.. Cases.Keys];

    private static LeafName NewLeaf { get; } = LeafName.TryParse(new string('a', 32), out var name) ? name : default;

    private static Dictionary<string, Case> Cases { get; } = new()
    {
        ["a key whose upload is lost"] = new(
            test => test._bucket.LoseAsync(test._upload.Entity),
            "the journal has no history of its upload",
            test => (KeyOf(7), test._upload)),
        ["a key whose upload was released"] = new(
            test => test.PlantAsync(test._upload, new UploadReleased(Some.Noon, BytesUntil: null)),
            "its upload has recorded that it was overwritten or deleted",
            test => (KeyOf(7), test._upload)),
        ["a key whose upload is still in progress"] = new(
            test => test.AddAsync("open", test.EntryOf("completed") with { Key = SomeObject.Key("open"), Upload = test._open }),
            "an upload that was never completed",
            test => ("open", test._open)),
        ["a key with the object of another key"] = new(
            test => test.AddAsync(KeyOf(7) + "!", test.EntryOf(KeyOf(7)) with { Key = SomeObject.Key(KeyOf(7) + "!") }),
            "its upload became the object of another key",
            test => (KeyOf(7) + "!", test._upload)),
        ["a key that lists another size than its object has"] = new(
            test => test.AddAsync(KeyOf(7), test.EntryOf(KeyOf(7)) with { SizeBytes = 2 }),
            "another size or ETag",
            test => (KeyOf(7), test._upload)),
        ["an object that no leaf has"] = new(
            test => test.PlantAsync(
                test.LeafOf(KeyOf(7)), new ObjectRemoved(SomeObject.Key(KeyOf(7)), Some.Noon), new ObjectReleaseDelivered(test._upload)),
            "no leaf has it",
            test => (KeyOf(7), test._upload)),
        ["an upload in progress that its bucket does not list"] = new(
            test => test.PlantAsync(
                test.UploadLeaf.Leaf, new ListedUploadRemoved(Assert.Single(test.UploadLeaf.Entries).PositionIn(KeyTree.Uploads))),
            "no leaf has it",
            test => ("open", test._open)),
        ["a listed upload that has ended"] = new(
            test => test.PlantAsync(
                test.UploadLeaf.Leaf,
                new ListedUploadAdded(SomeObject.UploadEntry("completed", upload: 1) with { Upload = test._completed })),
            "has recorded that it no longer does",
            test => ("completed", test._completed)),
        ["a listed upload that is lost"] = new(
            test => test._bucket.LoseAsync(test._open.Entity),
            "the journal has no history of it",
            test => ("open", test._open)),
        ["a key outside the range of its leaf"] = new(
            test => test.PlantAsync(test._bucket.Leaves()[0].Leaf, new ObjectAdded(test.LastEntry, Round: 1, Some.Noon)),
            "which is not in its range",
            test => (test.LastEntry.Key.ToString(), test.LastEntry.Upload)),
        ["a route to a leaf that begins elsewhere"] = new(
            test => test._bucket.PlantAsync(
                SomeObject.Objects.Routes, new RouteAdded(new KeyPosition("zzz"), test._bucket.Leaves()[1].Leaf.Name)),
            "which begins at another key"),
        ["a new leaf, still without keys, that is lost"] = new(
            test => test.PlantAsync(
                test._bucket.Leaves()[^1].Leaf,
                new SplitBegun(test._bucket.Leaves()[^1].Splits + 1, new KeyPosition("zzz"), NewLeaf),
                new KeysMoved(test._bucket.Leaves()[^1].Splits + 1, Sequence: 0, Next: null)),
            $"leads to leaf {new LeafId(SomeObject.Objects, NewLeaf)}, but the journal has no history of it"),
        ["a leaf that its left neighbour has already replaced"] = new(
            test => test.PlantAsync(
                test._bucket.Leaves()[0].Leaf,
                new RangeTaken(test._bucket.Leaves()[1].Upper, test._bucket.Leaves()[2].Leaf.Name, Publications: [])),
            "no other leaf leads to leaf"),
        ["a sealed leaf of a bucket that is not being deleted"] = new(
            test => test.PlantAsync(test.UploadLeaf.Leaf, new LeafSealed()),
            "takes no entries"),
        ["a leaf that knows a later step of a deletion than its bucket"] = new(
            test => test.PlantAsync(test._bucket.Leaves()[0].Leaf, new LeafUnsealed(Step: 7, WasSealed: false)),
            "has recorded step 7 of a deletion of its bucket, but the bucket only 0"),
        ["a bucket that its account does not have"] = new(
            test => test._bucket.PlantAsync(Some.Account.Entity, new BucketUnregistered(SomeObject.BucketName)),
            "but the account does not have it"),
    };

    private KeyLeafState UploadLeaf => Assert.Single(_bucket.Leaves(KeyTree.Uploads));

    private KeyEntry LastEntry => _bucket.Leaves()[^1].Entries[^1];

    public void Dispose() => _bucket.Dispose();

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task A_contradiction_is_the_only_damage_and_is_named(string contradiction)
    {
        var (plant, what, where) = Cases[contradiction];
        var (key, upload) = where?.Invoke(this) ?? default;
        await plant(this);

        var found = Assert.Single(await _bucket.CheckAsync());

        Assert.Contains(what, found.What, StringComparison.Ordinal);
        Assert.Equal(
            (DamageKind.Index, SomeObject.BucketName, key, upload), (found.Kind, found.Bucket, found.Key?.ToString(), found.Upload));
    }

    [Fact]
    public async Task An_object_whose_upload_is_still_to_hear_of_its_deletion_is_no_damage()
    {
        await PlantAsync(LeafOf(KeyOf(7)), new ObjectRemoved(SomeObject.Key(KeyOf(7)), Some.Noon));

        Assert.Empty(await _bucket.CheckAsync());
    }

    [Fact]
    public async Task A_lost_leaf_is_damage_of_its_neighbours_of_the_routes_and_of_its_objects()
    {
        var lost = _bucket.Leaves()[2];
        await _bucket.LoseAsync(lost.Leaf.Entity);

        var damage = await _bucket.CheckAsync();

        Assert.All(damage, found => Assert.Equal((DamageKind.Index, SomeObject.BucketName), (found.Kind, found.Bucket)));
        Assert.Single(damage, found => found.What.Contains($"leads to leaf {lost.Leaf}, but", StringComparison.Ordinal));
        Assert.Single(damage, found => found.What.Contains($"the routes name leaf {lost.Leaf}, but", StringComparison.Ordinal));
        Assert.Single(damage, found => found.What.Contains("no other leaf leads to", StringComparison.Ordinal));
        Assert.Equal(
            lost.Entries.Select(entry => entry.Key.ToString()).Order(StringComparer.Ordinal),
            damage.Where(found => found.Key is not null).Select(found => found.Key!.Value.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_lost_first_leaf_is_damage_of_its_neighbour_and_of_its_objects()
    {
        var lost = _bucket.Leaves()[0];
        await _bucket.LoseAsync(lost.Leaf.Entity);

        var damage = await _bucket.CheckAsync();

        Assert.Single(damage, found => found.What.Contains("no other leaf leads to", StringComparison.Ordinal));
        Assert.Equal(lost.Entries.Length + 1, damage.Count);
    }

    [Fact]
    public async Task A_lost_split_is_damage()
    {
        var leaf = _bucket.Leaves()[1];
        var middle = leaf.Entries[leaf.Entries.Length / 2].PositionIn(KeyTree.Objects);
        var lost = new LeafId(leaf.Leaf.Index, NewLeaf);
        await PlantAsync(leaf.Leaf, new SplitBegun(leaf.Splits + 1, middle, lost.Name));
        Assert.Empty(await _bucket.CheckAsync());

        await PlantAsync(leaf.Leaf, new KeysMoved(leaf.Splits + 1, Sequence: 0, Next: leaf.Entries[^1].PositionIn(KeyTree.Objects)));
        var damage = await _bucket.CheckAsync();

        Assert.Single(damage, found => found.What.Contains($"leads to leaf {lost}, but", StringComparison.Ordinal));
        Assert.Equal(leaf.Entries.Length - (leaf.Entries.Length / 2) - 1, damage.Count(found => found.Key is not null));
    }

    [Fact]
    public async Task A_leaf_that_leads_to_a_leaf_that_begins_elsewhere_is_damage()
    {
        var leaves = _bucket.Leaves();
        await PlantAsync(leaves[0].Leaf, new RangeTaken(leaves[1].Upper, leaves[1].Leaf.Name, Publications: []));

        Assert.Contains(await _bucket.CheckAsync(), found => found.What.EndsWith("starts at another", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_bucket_with_objects_is_damage()
    {
        await _bucket.PlantAsync<BucketEvent>(
            SomeObject.BucketName.Entity, new BucketSealingBegun(), new BucketDeleted());

        var damage = await _bucket.CheckAsync();

        Assert.Equal(_bucket.Leaves().Count, damage.Count);
        Assert.All(damage, found => Assert.Contains("the bucket was deleted, but leaf", found.What, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_bucket_is_damage_of_its_account_and_of_its_leaves()
    {
        await _bucket.LoseAsync(SomeObject.BucketName.Entity);

        var damage = await _bucket.CheckAsync();

        Assert.Single(damage, found => found.What == "the account has the bucket, but the journal has no history of it");
        Assert.Equal(_bucket.Leaves().Count + 1, damage.Count(found => found.What.Contains("incarnation of the bucket", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_lost_bucket_without_objects_is_damage_of_its_account()
    {
        using var folder = new CheckedBucket();
        await folder.UseAsync(static bench => bench.CreateBucketAsync());
        await folder.LoseAsync(SomeObject.BucketName.Entity);

        var found = Assert.Single(await folder.CheckAsync());

        Assert.Equal(
            (DamageKind.Index, SomeObject.BucketName, "the account has the bucket, but the journal has no history of it"),
            (found.Kind, found.Bucket, found.What));
    }

    private static string KeyOf(int number) => $"2026/{number:d2}";

    private KeyLeafState StateOf(string key) => _bucket.Leaves().Last(leaf => leaf.From <= new KeyPosition(key));

    private LeafId LeafOf(string key) => StateOf(key).Leaf;

    private KeyEntry EntryOf(string key) => StateOf(key).FindEntry(new KeyPosition(key))!;

    private Task AddAsync(string key, KeyEntry entry) => PlantAsync(LeafOf(key), new ObjectAdded(entry, Round: 1, Some.Noon));

    private Task PlantAsync(LeafId leaf, params KeyLeafEvent[] events) =>
        _bucket.PlantAsync(leaf.Entity, events);

    private Task PlantAsync(UploadId upload, params UploadEvent[] events) =>
        _bucket.PlantAsync(upload.Entity, events);

    /// <summary>The damage to plant, and what the check reports about which key and upload.</summary>
    private sealed record Case(
        Func<BucketCheckTests, Task> Plant, string What, Func<BucketCheckTests, (string? Key, UploadId? Upload)>? Where = null);

    /// <summary>A bucket with objects in several leaves, an upload in progress and a completed one.</summary>
    public sealed class WrittenBucket : IAsyncLifetime
    {
        private const int Keys = 60;

        internal CheckedBucket Bucket { get; } = new();

        internal Dictionary<string, UploadId> Uploads { get; } = [];

        internal UploadId Open { get; private set; }

        internal UploadId Completed { get; private set; }

        public async ValueTask InitializeAsync() => await Bucket.UseAsync(async bench =>
        {
            await bench.CreateBucketAsync();
            for (var i = 0; i < Keys; i++)
            {
                Uploads[KeyOf(i)] = (await bench.PutAsync(KeyOf(i), "x")).Answer.Upload;
            }

            (Open, _) = await bench.InitiateAsync("open", "part");
            (Completed, var part) = await bench.InitiateAsync("completed", "part");
            await bench.CompleteAsync(Completed, "completed", null, part);

            // Before it answers again, the upload records that it is no longer listed.
            await bench.CompleteAsync(Completed, "completed", null, part);
        });

        public ValueTask DisposeAsync()
        {
            Bucket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
