using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Archives;

public sealed class ArchiveShardDeciderTests
{
    private readonly DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent> _shard = new(
        new ArchiveShardDecider(new UploadPolicy(), new RetrievalPolicy()));

    private static AddArchive Add(int number) => new(Some.Life, 7, Some.Archive(number));

    [Fact]
    public void An_added_archive_is_found_and_the_vault_is_told()
    {
        var decision = _shard.Do(Add(1));

        var told = Assert.IsType<RecordArchives>(
            Assert.IsType<IntentAction.Tell>(Assert.Single(decision.Intents).Action).Command);
        Assert.Equal((7, 1L, 1L), (told.Totals.Shard, told.Totals.Version, told.Totals.Archives));
        Assert.Equal(Some.Upload(1), told.ClosedUpload);
        Assert.Equal(Some.Archive(1), _shard.Ask(new FindArchive(Some.Archive(1).Archive)));
    }

    [Fact]
    public void Adding_again_is_silent_and_waits_for_what_the_first_time_owed()
    {
        _shard.Do(Add(1));
        var again = _shard.Do(Add(1));
        Assert.Empty(again.Events);
        Assert.True(again.AwaitsPending);
    }

    [Fact]
    public void A_deleted_archive_is_gone_its_upload_is_told_and_deleting_again_is_answered_alike()
    {
        _shard.Do(Add(1));
        _shard.ConfirmAll();

        var deleted = _shard.Do(new DeleteArchive(Some.Archive(1).Archive));

        Assert.Contains(deleted.Intents, intent => intent.Action is IntentAction.Tell { Command: ReleaseArchive });
        Assert.Contains(deleted.Intents, intent => intent.Action is IntentAction.Tell { Command: RecordArchives { Totals.Archives: 0 } });
        _shard.Refused<Refusal.ArchiveNotFound>(new FindArchive(Some.Archive(1).Archive));
        Assert.Same(Done.Instance, _shard.Do(new DeleteArchive(Some.Archive(1).Archive)).Answer);
        _shard.Refused<Refusal.ArchiveNotFound>(new DeleteArchive(Some.Archive(2).Archive));
    }

    [Fact]
    public void A_late_addition_never_brings_a_deleted_archive_back()
    {
        _shard.Do(Add(1));
        _shard.Do(new DeleteArchive(Some.Archive(1).Archive));
        Assert.Empty(_shard.Do(Add(1)).Events);
        _shard.Refused<Refusal.ArchiveNotFound>(new FindArchive(Some.Archive(1).Archive));
    }

    [Fact]
    public void A_deletion_is_remembered_until_its_upload_knows_and_its_life_is_over()
    {
        _shard.Do(Add(1));
        _shard.Do(new DeleteArchive(Some.Archive(1).Archive));
        _shard.Now += UploadPolicy.DefaultRecordLife;
        Assert.Empty(_shard.Wake().Events);
        _shard.ConfirmAll();
        Assert.Equal(Some.Noon + UploadPolicy.DefaultRecordLife, _shard.Decider.WakeAt(_shard.State));

        Assert.IsType<DeletionsForgotten>(Assert.Single(_shard.Wake().Events));

        _shard.Refused<Refusal.ArchiveNotFound>(new DeleteArchive(Some.Archive(1).Archive));
        Assert.Null(_shard.Decider.WakeAt(_shard.State));
    }

    [Fact]
    public void The_larger_a_shard_the_smaller_is_the_share_of_its_history_that_may_follow_its_snapshot()
    {
        for (var i = 0; i < 1000; i++)
        {
            _shard.Do(Add(i));
            _shard.ConfirmAll();
            Assert.Equal(Math.Min(i + 2, 16 + ((i + 2) / 16)), _shard.Decider.CompactCount(_shard.State));
        }

        Assert.Equal(78, _shard.Decider.CompactCount(_shard.State));
    }

    [Fact]
    public void A_compacted_history_gives_the_same_totals_archives_and_pending_intents()
    {
        for (var i = 0; i < 10; i++)
        {
            _shard.Do(Add(i));
        }

        _shard.Do(new ConfirmTotalsTold(1));
        _shard.Do(new DeleteArchive(Some.Archive(3).Archive));
        _shard.Do(new DeleteArchive(Some.Archive(4).Archive));
        _shard.Do(new ConfirmArchiveReleased(Some.Archive(3).Archive));

        var rebuilt = _shard.Decider.Compact(_shard.State).Aggregate(_shard.Decider.Initial, _shard.Decider.Evolve);

        Assert.Equal(_shard.State.Totals, rebuilt.Totals);
        Assert.Equal(_shard.State.Vault, rebuilt.Vault);
        Assert.Equal(
            _shard.State.InOrder.Select(archive => _shard.State.Archives[archive]),
            rebuilt.InOrder.Select(archive => rebuilt.Archives[archive]));
        Assert.Equal(
            _shard.Decider.Pending(_shard.State).Select(intent => intent.Key).Order(),
            _shard.Decider.Pending(rebuilt).Select(intent => intent.Key).Order());
    }

    [Fact]
    public void Archives_are_listed_by_id_in_pages_and_a_marker_stays_good_when_its_archive_vanishes()
    {
        for (var i = 0; i < 5; i++)
        {
            _shard.Do(Add(i));
        }

        var all = Enumerable.Range(0, 5).Select(i => Some.Archive(i).Archive).Order(ArchiveId.Ordinal).ToList();
        var first = _shard.Ask(new ListArchives(5, null, 2, default));
        Assert.Equal(all[..2], first.Archives.Select(entry => entry.Archive));
        Assert.True(first.HasMore);

        _shard.Do(new DeleteArchive(all[1]));
        var rest = _shard.Ask(new ListArchives(6, all[1], 3, default));
        Assert.Equal(all[2..], rest.Archives.Select(entry => entry.Archive));
        Assert.False(rest.HasMore);

        _shard.ConfirmAll();
        _shard.Now += UploadPolicy.DefaultRecordLife;
        _shard.Wake();
        Assert.Equal(rest.Archives, _shard.Ask(new ListArchives(6, all[1], 3, default)).Archives);
    }

    [Fact]
    public void A_list_as_of_a_change_is_the_same_whatever_happens_after_it()
    {
        List<IReadOnlyList<ArchiveEntry>> listed = [[]];
        for (var i = 0; i < 8; i++)
        {
            _shard.Do(Add(i));
            listed.Add(ListAsOf(_shard.State.Totals.Version));
            if (i % 2 == 1)
            {
                _shard.Do(new DeleteArchive(Some.Archive(i / 2).Archive));
                listed.Add(ListAsOf(_shard.State.Totals.Version));
            }
        }

        Assert.Equal([0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4], listed.Select(archives => archives.Count));
        for (var version = 0; version < listed.Count; version++)
        {
            Assert.Equal(listed[version], ListAsOf(version));
        }
    }

    [Theory]
    [InlineData(InventorySchedule.Current, 0)]
    [InlineData(InventorySchedule.Daily, 1)]
    public void A_deletion_is_remembered_for_as_long_as_a_job_may_list_what_was_there_before(
        InventorySchedule inventories, int oldestInventoryDays)
    {
        var uploads = new UploadPolicy { RecordLife = TimeSpan.FromHours(1) };
        var retrievals = new RetrievalPolicy { BulkDelay = TimeSpan.FromHours(5) };
        var shard = new DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(
            new ArchiveShardDecider(uploads, retrievals, inventories));
        shard.Do(Add(1));
        shard.Do(new DeleteArchive(Some.Archive(1).Archive));
        shard.ConfirmAll();
        shard.Now += TimeSpan.FromDays(oldestInventoryDays) + retrievals.LongestDelay + Limits.JobOutputLife;
        shard.Wake();
        Assert.Single(shard.Ask(new ListArchives(1, null, 9, default)).Archives);
        shard.Now += TimeSpan.FromHours(1);
        shard.Wake();
        Assert.Empty(shard.Ask(new ListArchives(1, null, 9, default)).Archives);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(0, null, true)]
    [InlineData(1, null, false)]
    [InlineData(null, 0, false)]
    [InlineData(null, 1, true)]
    [InlineData(0, 1, true)]
    public void A_list_by_time_of_creation_begins_with_its_start_and_ends_before_its_end(int? from, int? before, bool lists)
    {
        _shard.Do(Add(1));
        var created = new CreationWindow(At(from), At(before));
        Assert.Equal(lists, _shard.Ask(new ListArchives(1, null, 9, created)).Archives.Count == 1);

        static DateTimeOffset? At(int? milliseconds) =>
            milliseconds is { } after ? Some.Noon + TimeSpan.FromMilliseconds(after) : null;
    }

    [Fact]
    public void A_snapshot_from_before_versions_were_kept_lists_what_it_has_in_every_inventory()
    {
        var old = new ShardCarriedOver(
            Some.Life, new ShardTotals(7, 4, 1, Some.MiB, Some.Noon), [Some.Archive(1)], [], []);
        var state = _shard.Decider.Evolve(_shard.Decider.Initial, old);
        Assert.Equal(Some.Archive(1).Archive, Assert.Single(state.InOrder));
        Assert.True(state.Archives[Some.Archive(1).Archive].IsThereAsOf(4));
        Assert.Equal(Some.Archive(1), state.Find(Some.Archive(1).Archive));
    }

    private IReadOnlyList<ArchiveEntry> ListAsOf(long version) =>
        _shard.Ask(new ListArchives(version, null, 99, default)).Archives;
}
