namespace OrleansUploads.Core.Tests.Keys;

/// <summary>A leaf of the uploads in progress of a vault, which have no keys.</summary>
public sealed class VaultUploadsLeafTests() : LeafDriver(Leaf, maxBytes: 3000)
{
    private static readonly LeafId Leaf = new(Some.Incarnation.Uploads, LeafName.First);

    private static KeyEntry Entry(int upload, int minute, string description = "holiday") =>
        new(default, Some.Upload(upload), Some.Noon.AddMinutes(minute), default)
        {
            Archive = new ListedArchive(Some.Size(1), Some.Described(description), ByteStorage.Gateway),
        };

    private static KeyPosition PositionOf(KeyEntry entry) => entry.PositionIn(KeyTree.Uploads);

    /// <summary>Lists uploads until the leaf splits.</summary>
    private int Fill()
    {
        var uploads = 0;
        for (; State.Split is null; uploads++)
        {
            Given(new ListUpload(Entry(uploads, minute: 7919 * uploads % 10_000)));
        }

        return uploads;
    }

    [Fact]
    public void Uploads_are_listed_in_the_order_of_their_initiation_and_a_page_ends_where_the_next_begins()
    {
        Given(new ListUpload(Entry(1, minute: 5)), new ListUpload(Entry(2, minute: 3)), new ListUpload(Entry(3, minute: 9)));

        var first = Ask(new ReadLeaf(KeyPosition.Start, 2));
        Assert.Equal([Entry(2, 3), Entry(1, 5)], first.Entries);
        Assert.Equal([Entry(1, 5), Entry(3, 9)], Ask(new ReadLeaf(PositionOf(Entry(1, 5)), 10)).Entries);
    }

    [Fact]
    public void Uploads_of_the_same_instant_are_in_the_order_of_their_IDs()
    {
        var entries = Enumerable.Range(0, 8).Select(upload => Entry(upload, minute: 0)).ToList();
        entries.ForEach(entry => Given(new ListUpload(entry)));
        Assert.Equal(
            entries.OrderBy(entry => entry.Upload.ToString(), StringComparer.Ordinal), Ask(new ReadLeaf(KeyPosition.Start, 10)).Entries);
    }

    [Fact]
    public void A_leaf_splits_between_two_uploads_and_both_halves_stay_in_order()
    {
        var count = Fill();
        var split = State.Split!;
        Assert.Equal(("", true), (split.At.Key, split.At.Upload is not null));
        var right = new LeafDriver(Leaf with { Name = split.Right });
        right.Given(Assert.Single(Pending).Tells<AdoptKeys>());
        ConfirmAll();

        var left = Ask(new ReadLeaf(KeyPosition.Start, 1000)).Entries;
        var behind = right.Ask(new ReadLeaf(split.At, 1000)).Entries;

        var all = left.Concat(behind).ToList();
        Assert.Equal(count, all.Count);
        Assert.Equal(all.OrderBy(PositionOf), all);
        Assert.All(left, entry => Assert.True(PositionOf(entry) < split.At));
        Assert.NotEmpty(behind);
        right.AssertSnapshotIsComplete();
        Assert.Equal(new ObjectRefusal.PositionMoved(split.At, split.Right), Do(new ListUpload(Entry(9999, 100_000))).Answer);
    }

    [Fact]
    public void Long_descriptions_count_so_that_a_leaf_of_them_splits_sooner()
    {
        var many = Fill();
        var leaf = new LeafDriver(Leaf, maxBytes: 3000);
        var few = 0;
        for (; leaf.State.Split is null; few++)
        {
            leaf.Given(new ListUpload(Entry(few, few, new string('d', Limits.MaxDescriptionChars))));
        }

        Assert.InRange(few, 2, many / 2);
    }

    [Fact]
    public void An_upload_that_was_removed_is_not_listed_by_a_late_message_even_if_that_is_the_first_one()
    {
        var (listed, unheard) = (Entry(1, 0), Entry(2, 1));
        Given(
            new ListUpload(listed),
            new UnlistUpload(PositionOf(listed)),
            new UnlistUpload(PositionOf(unheard)),
            new ListUpload(listed),
            new ListUpload(unheard));
        Assert.Empty(State.Entries);
    }
}
