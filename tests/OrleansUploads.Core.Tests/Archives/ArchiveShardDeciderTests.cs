using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Archives;

public sealed class ArchiveShardDeciderTests
{
    private readonly DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent> _shard = new(
        new ArchiveShardDecider(new UploadPolicy(), new RetrievalPolicy()));

    private static AddArchive Add(int number) => new(Some.Incarnation, 7, Some.Archive(number));

    [Fact]
    public void An_added_archive_is_found_and_the_vault_is_informed()
    {
        var decision = _shard.Do(Add(1));

        var sent = Assert.IsType<RecordArchives>(
            Assert.IsType<TellEntity>(Assert.Single(decision.Intents).Action).Command);
        Assert.Equal((7, 1L, 1L), (sent.Totals.Shard, sent.Totals.Version, sent.Totals.Archives));
        Assert.Equal(Some.Upload(1), sent.ClosedUpload);
        Assert.Equal(Some.Archive(1), _shard.Ask(new FindArchive(Some.Archive(1).Archive)));
    }

    [Fact]
    public void A_repeated_addition_changes_nothing_and_waits_for_the_first_ones_intents()
    {
        var first = _shard.Do(Add(1));
        _shard.Do(Add(2));
        var again = _shard.Do(Add(1));
        Assert.Empty(again.Events);
        Assert.Equal(Assert.Single(first.Intents).Key, Assert.Single(again.Intents).Key);
    }

    [Fact]
    public void An_archive_that_its_deleted_vault_had_not_recorded_never_existed()
    {
        var told = Assert.Single(_shard.Do(Add(1)).Intents);

        _shard.Do((ArchiveShardCommand)told.ConfirmationOf(AdditionVerdict.Gone));

        Assert.Same(AdditionVerdict.Gone, told.Settles!(AdditionVerdict.InVault, AdditionVerdict.Gone));
        Assert.Same(AdditionVerdict.Gone, _shard.Do(Add(1)).Answer);
        Assert.Same(AdditionVerdict.Gone, _shard.Do(Add(2)).Answer);
        _shard.Refused<Refusal.ArchiveNotFound>(new FindArchive(Some.Archive(1).Archive));
        Assert.Empty(_shard.Decider.Pending(_shard.State));
        var compacted = _shard.Decider.Compact(_shard.State).Aggregate(_shard.Decider.Initial, _shard.Decider.Evolve);
        Assert.True(compacted.IsEnded);
        Assert.Empty(compacted.Archives);
    }

    [Fact]
    public void An_archive_that_was_recorded_and_deleted_before_its_vault_stays_a_completed_upload()
    {
        _shard.Do(Add(1));
        _shard.ConfirmAll();
        var told = _shard.Do(Some.Deletion(Some.Archive(1).Archive, _shard.Now)).Intents
            .Single(intent => intent.Action is TellEntity { Command: RecordArchives });

        // The vault had recorded the deletion, but the confirmation was lost, and the message is sent again after the vault's deletion.
        _shard.Do((ArchiveShardCommand)told.ConfirmationOf(AdditionVerdict.Gone));

        Assert.Same(AdditionVerdict.InVault, _shard.Do(Add(1)).Answer);
        Assert.Contains(_shard.Decider.Pending(_shard.State), intent => intent.Action is TellEntity { Command: RetireArchive });
    }

    [Fact]
    public void A_deleted_archive_is_gone_its_jobs_are_informed_and_a_repeated_deletion_gets_the_same_answer()
    {
        _shard.Do(Add(1));
        _shard.ConfirmAll();

        var deleted = _shard.Do(Some.Deletion(Some.Archive(1).Archive, _shard.Now));

        Assert.Contains(deleted.Intents, intent => intent.Action is TellEntity { Command: RetireArchive });
        Assert.Contains(deleted.Intents, intent => intent.Action is TellEntity { Command: RecordArchives { Totals.Archives: 0 } });
        _shard.Refused<Refusal.ArchiveNotFound>(new FindArchive(Some.Archive(1).Archive));
        Assert.Same(Done.Instance, _shard.Do(Some.Deletion(Some.Archive(1).Archive, _shard.Now)).Answer);
        _shard.Refused<Refusal.ArchiveNotFound>(Some.Deletion(Some.Archive(2).Archive, _shard.Now));
    }

    [Fact]
    public void A_late_addition_does_not_restore_a_deleted_archive()
    {
        _shard.Do(Add(1));
        _shard.ConfirmAll();
        _shard.Do(Some.Deletion(Some.Archive(1).Archive, _shard.Now));
        Assert.Empty(_shard.Do(Add(1)).Events);
        _shard.Refused<Refusal.ArchiveNotFound>(new FindArchive(Some.Archive(1).Archive));
    }

    [Fact]
    public void A_deletion_is_remembered_until_its_upload_has_confirmed_and_its_retention_is_over()
    {
        _shard.Do(Add(1));
        _shard.ConfirmAll();
        _shard.Do(Some.Deletion(Some.Archive(1).Archive, _shard.Now));
        _shard.Now += UploadPolicy.DefaultRecordLife;
        Assert.Empty(_shard.Wake().Events);
        _shard.ConfirmAll();
        Assert.Equal(Some.Noon + UploadPolicy.DefaultRecordLife, _shard.Decider.WakeAt(_shard.State));

        Assert.IsType<DeletionsForgotten>(Assert.Single(_shard.Wake().Events));

        _shard.Refused<Refusal.ArchiveNotFound>(Some.Deletion(Some.Archive(1).Archive, _shard.Now));
        Assert.Null(_shard.Decider.WakeAt(_shard.State));
    }

    [Fact]
    public void Larger_shards_take_snapshots_at_a_smaller_share_of_their_history()
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

        _shard.Do(new ConfirmTotalsDelivered(1));
        _shard.Do(new ConfirmTotalsDelivered(4));
        _shard.Do(new ConfirmTotalsDelivered(5));
        _shard.Do(new UpdateGuard(3));
        _shard.Do(Some.Deletion(Some.Archive(3).Archive, _shard.Now, guard: 3));
        _shard.Do(Some.Deletion(Some.Archive(4).Archive, _shard.Now, guard: 3));
        _shard.Do(new ConfirmArchiveReleased(Some.Archive(3).Archive));

        var rebuilt = _shard.Decider.Compact(_shard.State).Aggregate(_shard.Decider.Initial, _shard.Decider.Evolve);

        Assert.Equal(_shard.State.Totals, rebuilt.Totals);
        Assert.Equal(_shard.State.Vault, rebuilt.Vault);
        Assert.Equal(3, rebuilt.Guard);
        Assert.Equal(
            _shard.State.InOrder.Select(archive => _shard.State.Archives[archive]),
            rebuilt.InOrder.Select(archive => rebuilt.Archives[archive]));
        Assert.Equal(
            _shard.Decider.Pending(_shard.State).Select(intent => intent.Key).Order(),
            _shard.Decider.Pending(rebuilt).Select(intent => intent.Key).Order());
    }

    [Fact]
    public void Archives_are_listed_by_ID_in_pages_and_a_marker_stays_valid_after_its_archive_is_deleted()
    {
        for (var i = 0; i < 5; i++)
        {
            _shard.Do(Add(i));
        }

        var all = Enumerable.Range(0, 5).Select(i => Some.Archive(i).Archive).Order(ArchiveId.Ordinal).ToList();
        var first = _shard.Ask(new ListArchives(5, null, 2, default));
        Assert.Equal(all[..2], first.Archives.Select(entry => entry.Archive));
        Assert.True(first.HasMore);

        _shard.ConfirmAll();
        _shard.Do(Some.Deletion(all[1], _shard.Now));
        var rest = _shard.Ask(new ListArchives(6, all[1], 3, default));
        Assert.Equal(all[2..], rest.Archives.Select(entry => entry.Archive));
        Assert.False(rest.HasMore);

        _shard.ConfirmAll();
        _shard.Now += UploadPolicy.DefaultRecordLife;
        _shard.Wake();
        Assert.Equal(rest.Archives, _shard.Ask(new ListArchives(6, all[1], 3, default)).Archives);
    }

    [Fact]
    public void A_list_as_of_a_change_is_not_affected_by_later_changes()
    {
        List<IReadOnlyList<ArchiveEntry>> listed = [[]];
        for (var i = 0; i < 8; i++)
        {
            _shard.Do(Add(i));
            listed.Add(ListAsOf(_shard.State.Totals.Version));
            if (i % 2 == 1)
            {
                _shard.ConfirmAll();
                _shard.Do(Some.Deletion(Some.Archive(i / 2).Archive, _shard.Now));
                listed.Add(ListAsOf(_shard.State.Totals.Version));
            }
        }

        Assert.Equal([0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4], listed.Select(archives => archives.Count));
        for (var version = 0; version < listed.Count; version++)
        {
            Assert.Equal(listed[version], ListAsOf(version));
        }
    }

    [Fact]
    public void A_deletion_is_remembered_while_a_job_may_list_the_earlier_content()
    {
        var uploads = new UploadPolicy { RecordLife = TimeSpan.FromHours(1) };
        var retrievals = new RetrievalPolicy { BulkDelay = TimeSpan.FromHours(5) };
        var shard = new DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(
            new ArchiveShardDecider(uploads, retrievals));
        shard.Do(Add(1));
        shard.ConfirmAll();
        shard.Do(Some.Deletion(Some.Archive(1).Archive, shard.Now));
        shard.ConfirmAll();
        shard.Now += retrievals.LongestDelay + (2 * Limits.JobOutputLife);
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
    public void A_list_by_creation_time_includes_its_start_and_excludes_its_end(int? from, int? before, bool lists)
    {
        _shard.Do(Add(1));
        var created = new CreationWindow(At(from), At(before));
        Assert.Equal(lists, _shard.Ask(new ListArchives(1, null, 9, created)).Archives.Count == 1);

        static DateTimeOffset? At(int? milliseconds) =>
            milliseconds is { } after ? Some.Noon + TimeSpan.FromMilliseconds(after) : null;
    }

    private IReadOnlyList<ArchiveEntry> ListAsOf(long version) =>
        _shard.Ask(new ListArchives(version, null, 99, default)).Archives;
}
