namespace OrleansUploads.Core.Tests.Archives;

public sealed class ArchiveShardDeciderTests : ShardDriver
{
    private void IsNotFound(int number) => Refused<Refusal.ArchiveNotFound>(new FindArchive(Id(number)));

    private IReadOnlyList<ArchiveEntry> ListAsOf(long version) => Ask(new ListArchives(version, null, 99, default)).Archives;

    private void GivenArchives(int count)
    {
        for (var number = 0; number < count; number++)
        {
            Given(Add(number));
        }
    }

    [Fact]
    public void An_added_archive_is_found_and_the_vault_is_informed()
    {
        var told = Raised(Add(1));
        var sent = told.Tells<RecordArchives>();
        Assert.Equal((1L, 7, 1L, 1L), (sent.Epoch, sent.Totals.Shard, sent.Totals.Version, sent.Totals.Archives));
        Assert.True(told.IsRepeatedBySender);
        Assert.Equal(Some.Archive(1), Ask(new FindArchive(Id(1))));
    }

    [Fact]
    public void The_totals_keep_their_latest_change_when_an_earlier_archive_arrives()
    {
        Given(Add(1));
        var changed = State.Totals.ChangedAt;
        var earlier = Add(2);
        Given(earlier with { Entry = earlier.Entry with { CreatedAt = changed - TimeSpan.FromHours(1) } });
        Assert.Equal((2L, 2L, 2 * earlier.Entry.SizeBytes, changed), (State.Totals.Version, State.Totals.Archives, State.Totals.SizeBytes, State.Totals.ChangedAt));
    }

    [Fact]
    public void A_repeated_addition_changes_nothing_and_waits_for_the_first_ones_intents()
    {
        var first = Raised(Add(1));
        Given(Add(2));
        Assert.Equal(first.Key, Assert.Single(Unchanged(Add(1)).Intents).Key);
    }

    [Fact]
    public void An_archive_that_its_deleted_vault_had_not_recorded_never_existed()
    {
        var told = Raised(Add(1));
        Confirm(told, AdditionVerdict.Gone);
        Assert.Same(AdditionVerdict.Gone, told.Revises!(AdditionVerdict.InVault, AdditionVerdict.Gone));
        Assert.Same(AdditionVerdict.Gone, Do(Add(1)).Answer);
        Assert.Same(AdditionVerdict.Gone, Do(Add(2)).Answer);
        IsNotFound(1);
        Assert.Empty(Pending);
    }

    [Fact]
    public void An_archive_that_was_recorded_and_deleted_before_its_vault_stays_a_completed_upload()
    {
        GivenRecorded(Add(1));
        var told = Do(Delete(1)).Intents
            .Single(intent => intent.Action is TellEntity { Command: RecordArchives });
        Assert.False(told.IsRepeatedBySender);

        // The vault had recorded the deletion, but the confirmation was lost, and the message is sent again after the vault's deletion.
        Confirm(told, AdditionVerdict.Gone);

        Assert.Same(AdditionVerdict.InVault, Do(Add(1)).Answer);
        Assert.Contains(Pending, intent => intent.Action is TellEntity { Command: RetireArchive });
    }

    [Fact]
    public void A_deleted_archive_is_gone_its_jobs_are_informed_and_a_repeated_deletion_gets_the_same_answer()
    {
        GivenRecorded(Add(1));

        var deleted = Do(Delete(1));

        Assert.Contains(deleted.Intents, intent => intent.Action is TellEntity { Command: RetireArchive });
        Assert.Contains(deleted.Intents, intent => intent.Action is TellEntity { Command: RecordArchives { Totals.Archives: 0 } });
        IsNotFound(1);
        Assert.Same(Done.Instance, Do(Delete(1)).Answer);
        Refused<Refusal.ArchiveNotFound>(Delete(2));
    }

    [Fact]
    public void A_late_addition_does_not_restore_a_deleted_archive()
    {
        GivenRecorded(Add(1));
        Given(Delete(1));
        Unchanged(Add(1));
        IsNotFound(1);
    }

    [Fact]
    [Promise("operations.md", "the index entry of a deleted archive")]
    public void A_deletion_is_remembered_until_its_upload_has_confirmed_and_its_retention_is_over()
    {
        GivenRecorded(Add(1));
        Given(Delete(1));
        Now += UploadPolicy.DefaultRecordLife;
        Assert.Empty(Wake().Events);
        ConfirmAll();
        Assert.Equal(Some.Noon + UploadPolicy.DefaultRecordLife, WakeAt);

        Assert.IsType<DeletionsForgotten>(Assert.Single(Wake().Events));

        Refused<Refusal.ArchiveNotFound>(Delete(1));
        Assert.Null(WakeAt);
    }

    [Fact]
    public void Larger_shards_take_snapshots_at_a_smaller_share_of_their_history()
    {
        for (var i = 0; i < 1000; i++)
        {
            GivenRecorded(Add(i));
            Assert.Equal(Math.Min(i + 2, 16 + ((i + 2) / 16)), Decider.SnapshotCost(State));
        }

        Assert.Equal(78, Decider.SnapshotCost(State));
    }

    [Fact]
    public void Archives_are_listed_by_ID_in_pages_and_a_marker_stays_valid_after_its_archive_is_deleted()
    {
        GivenArchives(5);
        var all = Enumerable.Range(0, 5).Select(i => Id(i)).Order(ArchiveId.Ordinal).ToList();
        var first = Ask(new ListArchives(5, null, 2, default));
        Assert.Equal(all[..2], first.Archives.Select(entry => entry.Archive));
        Assert.True(first.HasMore);

        ConfirmAll();
        Given(Some.Deletion(all[1], Now));
        var rest = Ask(new ListArchives(6, all[1], 3, default));
        Assert.Equal(all[2..], rest.Archives.Select(entry => entry.Archive));
        Assert.False(rest.HasMore);

        ConfirmAll();
        Now += UploadPolicy.DefaultRecordLife;
        Wake();
        Assert.Equal(rest.Archives, Ask(new ListArchives(6, all[1], 3, default)).Archives);
    }

    [Fact]
    public void A_list_as_of_a_change_is_not_affected_by_later_changes()
    {
        List<IReadOnlyList<ArchiveEntry>> listed = [[]];
        for (var i = 0; i < 8; i++)
        {
            Given(Add(i));
            listed.Add(ListAsOf(State.Totals.Version));
            if (i % 2 == 1)
            {
                ConfirmAll();
                Given(Delete(i / 2));
                listed.Add(ListAsOf(State.Totals.Version));
            }
        }

        Assert.Equal([0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4], listed.Select(archives => archives.Count));
        for (var version = 0; version < listed.Count; version++)
        {
            Assert.Equal(listed[version], ListAsOf(version));
        }
    }

    [Fact]
    [Promise("operations.md", "the index entry of a deleted archive")]
    public void A_deletion_is_remembered_while_a_job_may_list_the_earlier_content()
    {
        var uploads = new UploadPolicy { RecordLife = TimeSpan.FromHours(1) };
        var retrievals = new RetrievalPolicy { BulkDelay = TimeSpan.FromHours(5) };
        var shard = new ShardDriver(uploads, retrievals);
        shard.GivenRecorded(Add(1));
        shard.Given(Some.Deletion(Id(1), shard.Now));
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
        Given(Add(1));
        var created = new CreationWindow(At(from), At(before));
        Assert.Equal(lists, Ask(new ListArchives(1, null, 9, created)).Archives.Count == 1);

        static DateTimeOffset? At(int? milliseconds) =>
            milliseconds is { } after ? Some.Noon + TimeSpan.FromMilliseconds(after) : null;
    }
}
