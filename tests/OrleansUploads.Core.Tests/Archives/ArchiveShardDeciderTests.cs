using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Archives;

public sealed class ArchiveShardDeciderTests
{
    private readonly DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent> _shard = new(
        new ArchiveShardDecider(new UploadPolicy()));

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
        Assert.Equivalent(_shard.State.Archives.Keys, rebuilt.Archives.Keys);
        Assert.Equal(
            _shard.Decider.Pending(_shard.State).Select(intent => intent.Key).Order(),
            _shard.Decider.Pending(rebuilt).Select(intent => intent.Key).Order());
    }
}
