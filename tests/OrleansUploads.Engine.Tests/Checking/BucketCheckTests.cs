using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A check finds each kind of contradiction between a bucket, its leaves and its uploads, and names the key.</summary>
/// <param name="written">The bucket, which each test copies.</param>
public sealed class BucketCheckTests(BucketCheckTests.WrittenBucket written) : IClassFixture<BucketCheckTests.WrittenBucket>, IDisposable
{
    private readonly CheckedBucket _bucket = new(written.Bucket);
    private readonly UploadId _upload = written.Uploads[KeyOf(7)];
    private readonly UploadId _open = written.Open;
    private readonly UploadId _completed = written.Completed;

    public void Dispose() => _bucket.Dispose();

    [Fact]
    public async Task A_key_whose_upload_is_lost_is_damage()
    {
        await _bucket.LoseAsync(_upload.Entity);

        AssertOnly(await _bucket.CheckAsync(), "the journal has no history of its upload", KeyOf(7), _upload);
    }

    [Fact]
    public async Task A_key_whose_upload_was_released_is_damage()
    {
        await PlantAsync(_upload, new ObjectReleased(Some.Noon));

        AssertOnly(await _bucket.CheckAsync(), "its upload has recorded that it was overwritten or deleted", KeyOf(7), _upload);
    }

    [Fact]
    public async Task A_key_whose_upload_is_still_in_progress_is_damage()
    {
        var entry = EntryOf("completed") with { Key = SomeObject.Key("open"), Upload = _open };
        await PlantAsync(LeafOf("open"), new ObjectAdded(entry, Round: 1, Some.Noon));

        AssertOnly(await _bucket.CheckAsync(), "its upload has not become one", "open", _open);
    }

    [Fact]
    public async Task A_key_with_the_object_of_another_key_is_damage()
    {
        var entry = EntryOf(KeyOf(7)) with { Key = SomeObject.Key(KeyOf(7) + "!") };
        await PlantAsync(LeafOf(KeyOf(7) + "!"), new ObjectAdded(entry, Round: 1, Some.Noon));

        AssertOnly(await _bucket.CheckAsync(), "its upload became the object of another key", KeyOf(7) + "!", _upload);
    }

    [Fact]
    public async Task A_key_that_lists_another_size_than_its_object_has_is_damage()
    {
        await PlantAsync(LeafOf(KeyOf(7)), new ObjectAdded(EntryOf(KeyOf(7)) with { SizeBytes = 2 }, Round: 1, Some.Noon));

        AssertOnly(await _bucket.CheckAsync(), "another size or ETag", KeyOf(7), _upload);
    }

    [Fact]
    public async Task An_object_that_no_leaf_has_is_damage()
    {
        await PlantAsync(LeafOf(KeyOf(7)), new ObjectRemoved(SomeObject.Key(KeyOf(7)), Some.Noon), new ObjectReleaseDelivered(_upload));

        AssertOnly(await _bucket.CheckAsync(), "no leaf has it", KeyOf(7), _upload);
    }

    [Fact]
    public async Task An_object_whose_upload_is_still_to_hear_of_its_deletion_is_no_damage()
    {
        await PlantAsync(LeafOf(KeyOf(7)), new ObjectRemoved(SomeObject.Key(KeyOf(7)), Some.Noon));

        Assert.Empty(await _bucket.CheckAsync());
    }

    [Fact]
    public async Task An_upload_in_progress_that_its_bucket_does_not_list_is_damage()
    {
        var leaf = Assert.Single(_bucket.Leaves(KeyTree.Uploads));
        await PlantAsync(leaf.Leaf, new ListedUploadRemoved(Assert.Single(leaf.Entries).Key));

        AssertOnly(await _bucket.CheckAsync(), "no leaf has it", "open", _open);
    }

    [Fact]
    public async Task A_listed_upload_that_has_ended_or_is_lost_is_damage()
    {
        var leaf = Assert.Single(_bucket.Leaves(KeyTree.Uploads)).Leaf;
        var ended = SomeObject.UploadEntry("completed", upload: 1) with { Upload = _completed };
        await PlantAsync(leaf, new ListedUploadAdded(ended));
        AssertOnly(await _bucket.CheckAsync(), "has recorded that it no longer does", "completed", _completed);

        await PlantAsync(leaf, new ListedUploadRemoved(ended.PositionIn(KeyTree.Uploads)));
        await _bucket.LoseAsync(_open.Entity);
        AssertOnly(await _bucket.CheckAsync(), "the journal has no history of it", "open", _open);
    }

    [Fact]
    public async Task A_key_outside_the_range_of_its_leaf_is_damage()
    {
        var leaves = _bucket.Leaves();
        var entry = leaves[^1].Entries.Values.Last();
        await PlantAsync(leaves[0].Leaf, new ObjectAdded(entry, Round: 1, Some.Noon));

        AssertOnly(await _bucket.CheckAsync(), "which is not in its range", entry.Key.ToString(), entry.Upload);
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
            lost.Entries.Values.Select(entry => entry.Key.ToString()).Order(StringComparer.Ordinal),
            damage.Where(found => found.Key is not null).Select(found => found.Key!.Value.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_lost_first_leaf_is_damage_of_its_neighbour_and_of_its_objects()
    {
        var lost = _bucket.Leaves()[0];
        await _bucket.LoseAsync(lost.Leaf.Entity);

        var damage = await _bucket.CheckAsync();

        Assert.Single(damage, found => found.What.Contains("no other leaf leads to", StringComparison.Ordinal));
        Assert.Equal(lost.Entries.Count + 1, damage.Count);
    }

    [Fact]
    public async Task A_lost_split_is_damage()
    {
        var leaf = _bucket.Leaves()[1];
        var middle = leaf.Entries.Keys.ElementAt(leaf.Entries.Count / 2);
        var lost = new LeafId(leaf.Leaf.Index, LeafName.TryParse(new string('a', 32), out var name) ? name : default);
        await PlantAsync(leaf.Leaf, new SplitBegun(leaf.Splits + 1, middle, lost.Name));
        Assert.Empty(await _bucket.CheckAsync());

        await PlantAsync(leaf.Leaf, new KeysMoved(leaf.Splits + 1, Sequence: 0, Next: leaf.Entries.Keys.Last()));
        var damage = await _bucket.CheckAsync();

        Assert.Single(damage, found => found.What.Contains($"leads to leaf {lost}, but", StringComparison.Ordinal));
        Assert.Equal(leaf.Entries.Count - (leaf.Entries.Count / 2) - 1, damage.Count(found => found.Key is not null));
    }

    [Fact]
    public async Task A_leaf_that_leads_to_a_leaf_that_begins_elsewhere_is_damage()
    {
        var leaves = _bucket.Leaves();
        await PlantAsync(leaves[0].Leaf, new RangeTaken(leaves[1].Upper, leaves[1].Leaf.Name, Publications: []));

        Assert.Contains(await _bucket.CheckAsync(), found => found.What.EndsWith("which begins at another key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_route_to_a_leaf_that_begins_elsewhere_is_damage()
    {
        await _bucket.PlantAsync(
            SomeObject.Objects.Routes,
            new RouteAdded(new KeyPosition("zzz"), _bucket.Leaves()[1].Leaf.Name));

        AssertOnly(await _bucket.CheckAsync(), "which begins at another key", key: null, upload: null);
    }

    [Fact]
    public async Task A_sealed_leaf_of_a_bucket_that_is_not_being_deleted_is_damage()
    {
        await PlantAsync(_bucket.Leaves(KeyTree.Uploads)[0].Leaf, new LeafSealed());

        AssertOnly(await _bucket.CheckAsync(), "takes no entries", key: null, upload: null);
    }

    [Fact]
    public async Task A_leaf_that_knows_a_later_step_of_a_deletion_than_its_bucket_is_damage()
    {
        await PlantAsync(_bucket.Leaves()[0].Leaf, new LeafUnsealed(Step: 7, WasSealed: false));

        AssertOnly(await _bucket.CheckAsync(), "has recorded step 7 of a deletion of its bucket, but the bucket only 0", key: null, upload: null);
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
    public async Task A_bucket_that_its_account_does_not_have_is_damage()
    {
        await _bucket.PlantAsync(Some.Account.Entity, new BucketUnregistered(SomeObject.BucketName));

        AssertOnly(await _bucket.CheckAsync(), "but the account does not have it", key: null, upload: null);
    }

    private static string KeyOf(int number) => $"2026/{number:d2}";

    private static void AssertOnly(IReadOnlyList<Damage> damage, string what, string? key, UploadId? upload)
    {
        var found = Assert.Single(damage);
        Assert.Contains(what, found.What, StringComparison.Ordinal);
        Assert.Equal(
            (DamageKind.Index, SomeObject.BucketName, key, upload), (found.Kind, found.Bucket, found.Key?.ToString(), found.Upload));
    }

    private KeyLeafState StateOf(string key) => _bucket.Leaves().Last(leaf => leaf.From <= new KeyPosition(key));

    private LeafId LeafOf(string key) => StateOf(key).Leaf;

    private KeyEntry EntryOf(string key) => StateOf(key).Entries[new KeyPosition(key)];

    private Task PlantAsync(LeafId leaf, params KeyLeafEvent[] events) =>
        _bucket.PlantAsync(leaf.Entity, events);

    private Task PlantAsync(UploadId upload, params UploadEvent[] events) =>
        _bucket.PlantAsync(upload.Entity, events);

    /// <summary>A bucket with objects in several leaves, an upload in progress and a completed one.</summary>
    public sealed class WrittenBucket : IAsyncLifetime
    {
        private const int Keys = 60;

        internal CheckedBucket Bucket { get; } = new();

        internal Dictionary<string, UploadId> Uploads { get; } = [];

        internal UploadId Open { get; private set; }

        internal UploadId Completed { get; private set; }

        public async ValueTask InitializeAsync() => await Bucket.UseAsync(async () =>
        {
            await Bucket.CreateBucketAsync();
            for (var i = 0; i < Keys; i++)
            {
                Uploads[KeyOf(i)] = await Bucket.PutAsync(KeyOf(i));
            }

            Open = await Bucket.InitiateAsync("open");
            Completed = await Bucket.InitiateAsync("completed");
            await Bucket.CompleteAsync(Completed, "completed");
        });

        public ValueTask DisposeAsync()
        {
            Bucket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
