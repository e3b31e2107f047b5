namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultDeciderTests : VaultDriver
{
    private static Dictionary<string, string> Tags(params string[] keys) => keys.ToDictionary(key => key, key => $"of {key}");

    private static AddTags Add(params string[] keys) => new(Some.Vault, Tags(keys));

    private VaultDescription Described => Ask(new DescribeVault(Some.Vault));

    private InventorySnapshot Inventory => Ask(new TakeInventorySnapshot(Some.Vault));

    [Fact]
    public void A_shards_totals_count_once_when_repeated_or_out_of_order()
    {
        Given(Begin(), Totals(2, 2), Totals(1, 1), Totals(2, 2), Totals(4, 5, shard: 8));
        Assert.Equal(7, Described.Archives);
        Assert.Equal(700 + (7 * Limits.ArchiveOverheadBytes), Described.SizeBytes);
        Assert.Equal(Some.Noon + TimeSpan.FromSeconds(4), Described.LastInventoryAt);
    }

    [Fact]
    public void An_inventory_has_the_newest_version_of_each_shard_and_the_time_of_the_last_change()
    {
        Refused<Refusal.VaultNotFound>(new TakeInventorySnapshot(Some.Vault));
        Given(Begin());
        Assert.Equal((Some.Incarnation, Some.Noon), (Inventory.Incarnation, Inventory.TakenAt));
        Assert.Equal(new long[Some.Incarnation.Shards], Inventory.Versions);

        Given(Totals(2, 2, shard: 0), Totals(1, 1, shard: 0), Totals(5, 0, shard: 255));
        Assert.Equal(Described.LastInventoryAt, Inventory.TakenAt);
        var versions = Inventory.Versions;
        Assert.Equal((256, 2, 0, 5), (versions.Count, versions[0], versions[1], versions[255]));
    }

    [Fact]
    public void Tags_are_replaced_and_removed_by_key_and_repetitions_change_nothing()
    {
        Given(Begin(), Add("b", "a", "A"));
        Unchanged(Add("a", "b"));
        Given(new AddTags(Some.Vault, new Dictionary<string, string> { ["a"] = "" }));
        Assert.Equal(
            [("A", "of A"), ("a", ""), ("b", "of b")],
            Ask(new ListTags(Some.Vault)).Tags.Select(tag => (tag.Key, tag.Value)));
        Given(new RemoveTags(Some.Vault, ["a", "c"]));
        Unchanged(new RemoveTags(Some.Vault, ["a", "c"]));
        Assert.Equal(["A", "b"], Ask(new ListTags(Some.Vault)).Tags.Keys);
    }

    [Fact]
    public void A_vault_has_at_most_50_tags_and_a_request_for_more_adds_none()
    {
        Given(Begin(), Add([.. Enumerable.Range(0, 49).Select(i => $"{i}")]));
        Refused<Refusal.TooManyTags>(Add("0", "x", "y"));
        Given(Add("0", "x"));
        Refused<Refusal.TooManyTags>(Add("y"));
        Assert.Equal(50, Ask(new ListTags(Some.Vault)).Tags.Count);
    }

    [Fact]
    public void Tag_operations_on_a_missing_vault_are_refused() =>
        EachRefused<Refusal.VaultNotFound>(new ListTags(Some.Vault), Add("a"), new RemoveTags(Some.Vault, ["a"]));

    [Fact]
    public void A_vault_with_an_archive_cannot_be_deleted()
    {
        Given(Begin(), Totals(1, 1));
        Assert.Equal(1, Refused<Refusal.VaultNotEmpty>(new DeleteVault(Some.Vault)).Archives);
        Given(Totals(2, 0));
        Assert.Same(Done.Instance, Do(new DeleteVault(Some.Vault)).Answer);
    }

    [Fact]
    public void A_deleted_vault_is_not_found_and_a_new_incarnation_starts_empty()
    {
        Given(Begin(), Totals(1, 1), Totals(2, 0), new DeleteVault(Some.Vault));
        EachRefused<Refusal.VaultNotFound>(new DescribeVault(Some.Vault), new DeleteVault(Some.Vault), new ListTags(Some.Vault));
        Given(Begin(epoch: 1));
        Refused<Refusal.VaultNotFound>(new DescribeVault(Some.Vault));
        Given(Begin(epoch: 2), Totals(3, 9));
        Assert.Equal((2, 0L, null), (Described.Incarnation.Epoch, Described.Archives, Described.LastInventoryAt));
    }
}
