using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultDeciderTests
{
    private readonly DeciderDriver<VaultState, VaultCommand, VaultEvent> _vault = new(new VaultDecider());

    private void Begin(long epoch = 1) => _vault.Do(new BeginVault(Some.Incarnation with { Epoch = epoch }, Some.Noon));

    private static OpenUpload Open(int number, UploadOrigin origin = UploadOrigin.Multipart) =>
        new(Some.Vault, Some.Upload(number), Some.Size(1), Some.Described("holiday"), origin);

    private static Dictionary<string, string> Tags(params string[] keys) => keys.ToDictionary(key => key, key => $"of {key}");

    private static RecordArchives Totals(long version, long archives, UploadId? closes = null, int shard = 7) =>
        new(1, new ShardTotals(shard, version, archives, archives * 100, Some.Noon + TimeSpan.FromSeconds(version)), closes);

    [Fact]
    public void An_archive_in_one_request_is_never_listed_as_an_upload()
    {
        Begin();
        var opened = _vault.Do(Open(1, UploadOrigin.SingleRequest));
        Assert.Equal([Some.Upload(1).Entity], opened.Intents.Select(intent => ((TellEntity)intent.Action).Receiver));
        Assert.Empty(_vault.Ask(new FindUploadPages(Some.Vault, "")).Pages);
    }

    [Fact]
    public void The_byte_storage_is_fixed_when_the_upload_is_opened()
    {
        Begin();
        var opened = _vault.Do(Open(1) with { ByteStorage = ByteStorage.External });

        var sent = opened.Intents.Select(intent => ((TellEntity)intent.Action).Command).ToList();
        Assert.Equal(ByteStorage.External, Assert.IsType<InitiateUpload>(sent[0]).Spec.ByteStorage);
        Assert.Equal(ByteStorage.External, Assert.IsType<ListInPage>(sent[1]).Spec.ByteStorage);
        Assert.Equal(ByteStorage.External, _vault.Ask(Open(1)).ByteStorage);
    }

    [Fact]
    public void A_shards_totals_count_once_when_repeated_or_out_of_order()
    {
        Begin();
        _vault.Do(Totals(2, 2));
        _vault.Do(Totals(1, 1));
        _vault.Do(Totals(2, 2));
        _vault.Do(Totals(4, 5, shard: 8));

        var described = _vault.Ask(new DescribeVault(Some.Vault));

        Assert.Equal(7, described.Archives);
        Assert.Equal(700 + (7 * Limits.ArchiveOverheadBytes), described.SizeBytes);
        Assert.Equal(Some.Noon + TimeSpan.FromSeconds(4), described.LastInventoryAt);
    }

    [Fact]
    public void An_inventory_has_the_newest_version_of_each_shard_and_the_time_of_the_last_change()
    {
        _vault.Refused<Refusal.VaultNotFound>(new TakeInventorySnapshot(Some.Vault));
        Begin();
        var empty = _vault.Ask(new TakeInventorySnapshot(Some.Vault));
        Assert.Equal((Some.Incarnation, Some.Noon), (empty.Incarnation, empty.TakenAt));
        Assert.Equal(new long[Some.Incarnation.Shards], empty.Versions);

        _vault.Do(Totals(2, 2, shard: 0));
        _vault.Do(Totals(1, 1, shard: 0));
        _vault.Do(Totals(5, 0, shard: 255));

        var taken = _vault.Ask(new TakeInventorySnapshot(Some.Vault));
        Assert.Equal(_vault.Ask(new DescribeVault(Some.Vault)).LastInventoryAt, taken.TakenAt);
        Assert.Equal((256, 2, 0, 5), (taken.Versions.Count, taken.Versions[0], taken.Versions[1], taken.Versions[255]));
    }

    [Fact]
    public void A_single_request_upload_that_became_an_archive_is_closed_even_by_old_totals()
    {
        Begin();
        _vault.Do(Open(1, UploadOrigin.SingleRequest));
        _vault.Do(Totals(2, 0));
        Assert.Single(Assert.IsType<VaultState.Live>(_vault.State).Admissions.InFlight);
        _vault.Do(Totals(1, 1, Some.Upload(1)));
        Assert.Empty(Assert.IsType<VaultState.Live>(_vault.State).Admissions.InFlight);
    }

    [Fact]
    public void Tags_are_replaced_and_removed_by_key_and_repetitions_change_nothing()
    {
        Begin();
        _vault.Do(new AddTags(Some.Vault, Tags("b", "a", "A")));
        Assert.Empty(_vault.Do(new AddTags(Some.Vault, Tags("a", "b"))).Events);
        _vault.Do(new AddTags(Some.Vault, new Dictionary<string, string> { ["a"] = "" }));
        Assert.Equal(
            [("A", "of A"), ("a", ""), ("b", "of b")],
            _vault.Ask(new ListTags(Some.Vault)).Tags.Select(tag => (tag.Key, tag.Value)));
        _vault.Do(new RemoveTags(Some.Vault, ["a", "c"]));
        Assert.Empty(_vault.Do(new RemoveTags(Some.Vault, ["a", "c"])).Events);
        Assert.Equal(["A", "b"], _vault.Ask(new ListTags(Some.Vault)).Tags.Keys);
    }

    [Fact]
    public void A_vault_has_at_most_50_tags_and_a_request_for_more_adds_none()
    {
        Begin();
        _vault.Do(new AddTags(Some.Vault, Tags([.. Enumerable.Range(0, 49).Select(i => $"{i}")])));
        _vault.Refused<Refusal.TooManyTags>(new AddTags(Some.Vault, Tags("0", "x", "y")));
        _vault.Do(new AddTags(Some.Vault, Tags("0", "x")));
        _vault.Refused<Refusal.TooManyTags>(new AddTags(Some.Vault, Tags("y")));
        Assert.Equal(50, _vault.Ask(new ListTags(Some.Vault)).Tags.Count);
    }

    [Fact]
    public void Tag_operations_on_a_missing_vault_are_refused()
    {
        _vault.Refused<Refusal.VaultNotFound>(new ListTags(Some.Vault));
        _vault.Refused<Refusal.VaultNotFound>(new AddTags(Some.Vault, Tags("a")));
        _vault.Refused<Refusal.VaultNotFound>(new RemoveTags(Some.Vault, ["a"]));
    }

    [Fact]
    public void A_vault_with_an_archive_cannot_be_deleted()
    {
        Begin();
        _vault.Do(Open(1, UploadOrigin.SingleRequest));
        _vault.Do(Totals(1, 1, Some.Upload(1)));
        Assert.Equal(1, _vault.Refused<Refusal.VaultNotEmpty>(new DeleteVault(Some.Vault)).Archives);
        _vault.Do(Totals(2, 0));
        Assert.Same(Done.Instance, _vault.Do(new DeleteVault(Some.Vault)).Answer);
    }

    [Fact]
    public void A_deleted_vault_is_not_found_and_a_new_incarnation_starts_empty()
    {
        Begin();
        _vault.Do(Totals(1, 1));
        _vault.Do(Totals(2, 0));
        _vault.Do(new DeleteVault(Some.Vault));
        _vault.Refused<Refusal.VaultNotFound>(new DescribeVault(Some.Vault));
        _vault.Refused<Refusal.VaultNotFound>(Open(1));
        _vault.Refused<Refusal.VaultNotFound>(new FindUploadPages(Some.Vault, ""));

        Begin(epoch: 1);
        _vault.Refused<Refusal.VaultNotFound>(new DescribeVault(Some.Vault));
        Begin(epoch: 2);
        _vault.Do(Totals(3, 9));

        var described = _vault.Ask(new DescribeVault(Some.Vault));
        Assert.Equal((2, 0L, null), (described.Incarnation.Epoch, described.Archives, described.LastInventoryAt));
    }

    [Fact]
    public void A_compacted_history_gives_the_same_state()
    {
        Begin();
        _vault.Do(Open(1));
        _vault.Do(Open(2));
        _vault.Do(Open(3, UploadOrigin.SingleRequest));
        _vault.Do(Open(4));
        _vault.Do(new ConfirmUploadBegun(Some.Upload(1)));
        _vault.Do(new ConfirmUploadListed(Some.Upload(2)));
        _vault.Do(new ConfirmUploadBegun(Some.Upload(4)));
        _vault.Do(new ConfirmUploadListed(Some.Upload(4)));
        _vault.Do(new RecordUploadPage(1, UploadPages.PageOf(Some.Upload(4)), 1));
        _vault.Do(Totals(1, 1));
        _vault.Do(new AddTags(Some.Vault, Tags("a", "b")));

        var rebuilt = _vault.Decider.Compact(_vault.State).Aggregate(_vault.Decider.Initial, _vault.Decider.Evolve);

        var compacted = _vault.Decider.Compact(_vault.State).ToList();
        Assert.Equal(_vault.Decider.CompactCount(_vault.State), compacted.Count);
        Assert.Equal(compacted.SkipLast(1), _vault.Decider.Compact(rebuilt).SkipLast(1));
        Assert.Equal(Tags("a", "b"), Assert.IsType<VaultState.Live>(rebuilt).Protection.Tags);
        Assert.Equal(
            new[] { Some.Upload(3).Entity, Some.Incarnation.UploadPage(UploadPages.PageOf(Some.Upload(1))), Some.Upload(2).Entity }.ToHashSet(),
            _vault.Decider.Pending(rebuilt).Select(intent => ((TellEntity)intent.Action).Receiver).ToHashSet());
        Assert.Equal(3, ((VaultState.Live)rebuilt).Admissions.Open);
    }
}
