using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Tests.Archives;

/// <summary>A shard deletes an archive only if the basis of the verdict has not changed.</summary>
public sealed class JudgedDeletionTests
{
    private static readonly ArchiveId Archive = Some.Archive(1).Archive;

    private readonly DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent> _shard = new(
        new ArchiveShardDecider(new UploadPolicy(), new RetrievalPolicy()));

    public JudgedDeletionTests()
    {
        _shard.Do(new AddArchive(Some.Incarnation, 7, Some.Archive(1)));
        _shard.ConfirmAll();
        _shard.Now += TimeSpan.FromDays(400);
    }

    [Fact]
    public void A_verdict_on_the_correct_age_deletes_the_archive()
    {
        Assert.Same(Done.Instance, _shard.Do(Some.DeletionByAge(Archive, _shard.Now, Some.Noon)).Answer);
        Assert.Null(_shard.State.FindArchive(Archive));
    }

    [Fact]
    public void A_verdict_from_before_the_archive_existed_deletes_nothing() =>
        AssertStale(Some.DeletionByAge(Archive, _shard.Now, createdAt: null));

    [Fact]
    public void A_verdict_on_a_different_age_deletes_nothing() =>
        AssertStale(Some.DeletionByAge(Archive, _shard.Now, Some.Noon - TimeSpan.FromDays(1)));

    [Fact]
    public void Only_a_verdict_from_after_a_lock_deletes_the_archive()
    {
        _shard.Do(new UpdateGuard(2));
        AssertStale(Some.Deletion(Archive, _shard.Now, guard: 1));
        Assert.Same(Done.Instance, _shard.Do(Some.Deletion(Archive, _shard.Now, guard: 3)).Answer);
    }

    [Fact]
    public void A_guard_generation_never_decreases()
    {
        _shard.Do(new UpdateGuard(2));
        Assert.Empty(_shard.Do(new UpdateGuard(1)).Events);
        AssertStale(Some.Deletion(Archive, _shard.Now, guard: 1));
    }

    [Fact]
    public void A_verdict_from_the_future_deletes_nothing_and_the_reply_has_the_current_time()
    {
        var stale = AssertStale(Some.Deletion(Archive, _shard.Now + TimeSpan.FromMilliseconds(1)));
        Assert.Equal(_shard.Now, stale.AsOf);
        Assert.Same(Done.Instance, _shard.Do(Some.Deletion(Archive, stale.AsOf)).Answer);
    }

    [Fact]
    public void A_verdict_is_valid_for_a_minute()
    {
        var judged = _shard.Now;
        _shard.Now += ArchiveShardDecider.VerdictLife + TimeSpan.FromMilliseconds(1);
        AssertStale(Some.Deletion(Archive, judged));
        _shard.Now -= TimeSpan.FromMilliseconds(1);
        Assert.Same(Done.Instance, _shard.Do(Some.Deletion(Archive, judged)).Answer);
    }

    [Fact]
    public void A_deletion_waits_until_the_vault_knows_of_the_archive()
    {
        var added = Some.Archive(2) with { CreatedAt = _shard.Now };
        _shard.Do(new AddArchive(Some.Incarnation, 7, added));
        var decision = _shard.Do(Some.Deletion(added.Archive, _shard.Now));
        Assert.IsType<Refusal.VerdictStale>(decision.Answer);
        Assert.True(decision.AwaitsPending);

        _shard.ConfirmAll();
        Assert.Same(Done.Instance, _shard.Do(Some.Deletion(added.Archive, _shard.Now)).Answer);
    }

    [Fact]
    public void Verdicts_that_depend_on_time_delete_nothing_while_the_clock_is_not_trusted()
    {
        var time = ServiceTime.Recorded(
            _shard.Now, ServedIntervals.None, TimeSpan.Zero, isTrusted: false, holdsBytes: false);
        var byAge = _shard.Decider.Decide(_shard.State, Some.DeletionByAge(Archive, _shard.Now, Some.Noon), time);
        Assert.IsType<Refusal.ClockNotTrusted>(byAge.Answer);
        Assert.Empty(byAge.Events);
        var other = _shard.Decider.Decide(_shard.State, Some.Deletion(Archive, _shard.Now), time);
        Assert.Same(Done.Instance, other.Answer);
    }

    [Fact]
    public void Repeating_a_deletion_needs_no_current_verdict()
    {
        _shard.Do(Some.Deletion(Archive, _shard.Now));
        var old = _shard.Now - ArchiveShardDecider.VerdictLife - ArchiveShardDecider.VerdictLife;
        Assert.Same(Done.Instance, _shard.Do(Some.Deletion(Archive, old)).Answer);
        _shard.Refused<Refusal.ArchiveNotFound>(Some.Deletion(Some.Archive(9).Archive, old));
    }

    private Refusal.VerdictStale AssertStale(ArchiveShardCommand deletion)
    {
        var stale = _shard.Refused<Refusal.VerdictStale>(deletion);
        Assert.NotNull(_shard.State.FindArchive(Archive));
        return stale;
    }
}
