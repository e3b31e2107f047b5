using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Vaults;

/// <summary>Daily inventories.</summary>
public sealed class VaultInventoriesTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly DeciderDriver<VaultState, VaultCommand, VaultEvent> _vault =
        new(new VaultDecider(InventorySchedule.Daily));

    private void Begin() => _vault.Do(new BeginVault(Some.Incarnation, Some.Noon));

    private RecordArchives Totals(long version, long archives, UploadId? closes = null, int shard = 7) =>
        new(1, new ShardTotals(shard, version, archives, archives * 100, _vault.Now), closes);

    private VaultDescription Described => _vault.Ask(new DescribeVault(Some.Vault));

    [Fact]
    public void Before_the_first_inventory_there_is_no_inventory_date()
    {
        Begin();
        Assert.Null(_vault.Decider.WakeAt(_vault.State));
        _vault.Do(Totals(1, 1));
        Assert.Equal(new VaultDescription(Some.Incarnation, Some.Noon, 0, 0, null), Described);
        _vault.Refused<Refusal.InventoryNotTaken>(new TakeInventorySnapshot(Some.Vault));
    }

    [Fact]
    public void An_inventory_is_taken_only_at_the_end_of_a_day_with_a_change()
    {
        Begin();
        _vault.Now += (3 * Day) + TimeSpan.FromHours(5);
        _vault.Do(Totals(1, 1));
        Assert.Equal(Some.Noon + (4 * Day), _vault.Decider.WakeAt(_vault.State));
        _vault.Now = Some.Noon + (4 * Day) - Moment;
        Assert.Empty(_vault.Wake().Events);
        _vault.Now += Moment;
        Assert.Equal([new InventorySnapshotTaken(_vault.Now)], _vault.Wake().Events);
        Assert.Null(_vault.Decider.WakeAt(_vault.State));
        _vault.Now += 10 * Day;
        Assert.Empty(_vault.Wake().Events);
        Assert.Equal((1, 100 + Limits.ArchiveOverheadBytes, Some.Noon + (4 * Day)),
            (Described.Archives, Described.SizeBytes, Described.LastInventoryAt!.Value));
    }

    [Fact]
    public void A_change_after_an_inventory_is_in_the_next_one()
    {
        Begin();
        _vault.Do(Totals(1, 1));
        _vault.Now += Day;
        _vault.Wake();
        _vault.Do(Totals(2, 2));
        _vault.Do(Totals(1, 5, shard: 8));
        Assert.Equal(1, Described.Archives);
        Assert.Equal(1, _vault.Ask(new TakeInventorySnapshot(Some.Vault)).Versions[7]);
        Assert.Equal(0, _vault.Ask(new TakeInventorySnapshot(Some.Vault)).Versions[8]);
        Assert.Equal(Some.Noon + (2 * Day), _vault.Decider.WakeAt(_vault.State));
        _vault.Now += Day;
        _vault.Wake();
        var cut = _vault.Ask(new TakeInventorySnapshot(Some.Vault));
        Assert.Equal((2, 1, Some.Noon + (2 * Day)), (cut.Versions[7], cut.Versions[8], cut.TakenAt));
        Assert.Equal(7, Described.Archives);
    }

    [Fact]
    public void A_due_inventory_is_taken_before_it_is_reported()
    {
        Begin();
        _vault.Do(Totals(1, 1));
        _vault.Now += Day + TimeSpan.FromHours(1);
        Assert.Equal(1, _vault.Ask(new TakeInventorySnapshot(Some.Vault)).Versions[7]);
        Assert.Equal([new InventorySnapshotTaken(_vault.Now)], _vault.History.TakeLast(1));
        Assert.Equal(_vault.Now, Described.LastInventoryAt);
        Assert.Single(_vault.History.OfType<InventorySnapshotTaken>());
    }

    [Fact]
    public void A_change_reported_late_is_in_the_next_inventory()
    {
        Begin();
        _vault.Do(Totals(1, 1));
        var late = Totals(1, 1, shard: 8);
        _vault.Now += Day;
        _vault.Wake();
        _vault.Do(late);
        Assert.Empty(_vault.Wake().Events);
        Assert.Equal(Some.Noon + (2 * Day), _vault.Decider.WakeAt(_vault.State));
        _vault.Now += Day;
        _vault.Wake();
        Assert.Equal(2, Described.Archives);
    }

    [Fact]
    public void A_vault_can_be_deleted_only_after_an_inventory_that_shows_it_empty()
    {
        Begin();
        _vault.Do(Totals(1, 1));
        _vault.Refused<Refusal.VaultNotEmpty>(new DeleteVault(Some.Vault));
        _vault.Now += Day;
        _vault.Wake();
        _vault.Do(Totals(2, 0));
        Assert.Equal(1, Described.Archives);
        var refused = _vault.Refused<Refusal.VaultRecentlyWrittenTo>(new DeleteVault(Some.Vault));
        Assert.Equal(Some.Noon + (2 * Day), refused.NextInventoryAt);
        _vault.Now = refused.NextInventoryAt;
        Assert.Single(_vault.Do(new DeleteVault(Some.Vault)).Events.OfType<VaultDeleted>());
    }

    [Fact]
    public void A_vault_without_changes_can_be_deleted_at_once_even_with_an_upload()
    {
        Begin();
        _vault.Do(new OpenUpload(Some.Vault, Some.Upload(1), Some.Size(1), Description.None, UploadOrigin.Multipart));
        _vault.Now += 2 * Day;
        Assert.Single(_vault.Do(new DeleteVault(Some.Vault)).Events.OfType<VaultDeleted>());
    }

    /// <summary>Uploads complete, archives are deleted, inventories are taken and the vault's deletion is requested, in
    /// random order. Messages arrive late, twice and out of order.</summary>
    [Fact]
    public void A_vault_with_archives_is_never_deleted_and_every_archive_is_in_an_inventory_within_two_days()
    {
        var (deleted, kept) = (0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var vault = new DeciderDriver<VaultState, VaultCommand, VaultEvent>(new VaultDecider(InventorySchedule.Daily));
            vault.Do(new BeginVault(Some.Incarnation, Some.Noon));
            var shards = new (long Version, long Archives)[3];
            var tells = new List<RecordArchives>();
            var recorded = Enumerable.Range(0, 3).Select(shard => new ShardTotals(shard, 0, 0, 0, Some.Noon)).ToArray();
            for (var step = 0; step < 80 && vault.State is VaultState.Live; step++)
            {
                vault.Now += TimeSpan.FromHours(random.Next(0, 9));
                var shard = random.Next(shards.Length);
                switch (random.Next(12))
                {
                    case 0 or 1:
                        var upload = Some.Upload(step);
                        vault.Do(new OpenUpload(
                            Some.Vault, upload, Some.Size(1), Description.None, UploadOrigin.Multipart));
                        Change(shard, +1, upload);
                        break;
                    case 2 or 3 or 4 when shards[shard].Archives > 0:
                        Change(shard, -1, null);
                        break;
                    case 5 or 6 or 7 when tells.Count > 0:
                        var tell = tells[random.Next(tells.Count)];
                        Assert.IsType<AdditionVerdict.Recorded>(vault.Do(tell).Answer);
                        if (tell.Totals.Version > recorded[tell.Totals.Shard].Version)
                        {
                            recorded[tell.Totals.Shard] = tell.Totals;
                        }

                        break;
                    case 8 or 9:
                        vault.Wake();
                        break;
                    default:
                        vault.Do(random.Next(4) > 0 ? new DescribeVault(Some.Vault) : new DeleteVault(Some.Vault));
                        break;
                }
            }

            if (vault.State is not VaultState.Live)
            {
                deleted++;
                Assert.Equal(0, recorded.Sum(one => one.Archives));
                Assert.All(tells, tell => Assert.IsType<AdditionVerdict.VaultGone>(vault.Do(tell).Answer));
                continue;
            }

            kept++;
            tells.ForEach(tell => vault.Do(tell));
            vault.Now += 2 * Day;
            vault.Wake();
            Assert.Equal(shards.Sum(one => one.Archives), vault.Ask(new DescribeVault(Some.Vault)).Archives);
            Assert.Null(vault.Decider.WakeAt(vault.State));

            void Change(int shard, int archives, UploadId? closes)
            {
                shards[shard] = (shards[shard].Version + 1, shards[shard].Archives + archives);
                tells.Add(new RecordArchives(
                    1, new ShardTotals(shard, shards[shard].Version, shards[shard].Archives, 0, vault.Now), closes));
            }
        }

        Assert.True(deleted > 50 && kept > 50, $"{deleted} vaults were deleted and {kept} were not.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_compacted_history_keeps_the_current_and_the_next_inventory(bool writtenSince)
    {
        Begin();
        _vault.Do(Totals(1, 1));
        _vault.Do(Totals(3, 4, shard: 9));
        _vault.Now += Day;
        _vault.Wake();
        if (writtenSince)
        {
            _vault.Now += TimeSpan.FromHours(1);
            _vault.Do(Totals(5, 9, shard: 9));
            _vault.Do(Totals(1, 1, shard: 10));
        }

        var compacted = _vault.Decider.Compact(_vault.State).ToList();
        Assert.Equal(_vault.Decider.CompactCount(_vault.State), compacted.Count);
        var rebuilt = (VaultState.Live)compacted.Aggregate(_vault.Decider.Initial, _vault.Decider.Evolve);
        var live = (VaultState.Live)_vault.State;
        Assert.Equal(live.Inventory!.At, rebuilt.Inventory!.At);
        Assert.Equal(live.Inventory.Shards.OrderBy(pair => pair.Key), rebuilt.Inventory.Shards.OrderBy(pair => pair.Key));
        Assert.Equal(live.Shards.OrderBy(pair => pair.Key), rebuilt.Shards.OrderBy(pair => pair.Key));
        Assert.Equal(_vault.Decider.WakeAt(live), _vault.Decider.WakeAt(rebuilt));
        Assert.Equal(writtenSince, rebuilt.WrittenSince is not null);
    }

    [Fact]
    public void A_vault_from_a_server_with_current_inventories_takes_its_first_inventory_at_once()
    {
        var current = new DeciderDriver<VaultState, VaultCommand, VaultEvent>(new VaultDecider());
        current.Do(new BeginVault(Some.Incarnation, Some.Noon));
        current.Do(Totals(1, 1));
        Assert.Equal(1, current.Ask(new DescribeVault(Some.Vault)).Archives);
        Assert.Null(current.Decider.WakeAt(current.State));

        var daily = new VaultDecider(InventorySchedule.Daily);
        var decision = daily.Decide(current.State, new DescribeVault(Some.Vault), ServiceTime.Continuous(Some.Noon + (5 * Day)));
        Assert.Equal(1, Assert.IsType<VaultDescription>(decision.Answer).Archives);
        Assert.IsType<InventorySnapshotTaken>(Assert.Single(decision.Events));
    }
}
