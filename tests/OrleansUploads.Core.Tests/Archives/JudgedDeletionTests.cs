namespace OrleansUploads.Core.Tests.Archives;

/// <summary>A shard deletes an archive only if the basis of the verdict has not changed.</summary>
public sealed class JudgedDeletionTests : ShardDriver
{
    private static readonly ArchiveId Archive = Some.Archive(1).Archive;

    public JudgedDeletionTests()
    {
        GivenRecorded(Add(1));
        Now += TimeSpan.FromDays(400);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    [InlineData(null, false)]
    public void Only_a_verdict_on_the_correct_age_deletes_the_archive(int? daysAfterNoon, bool deletes)
    {
        var judged = Some.DeletionByAge(Archive, Now, daysAfterNoon is { } days ? Some.Noon.AddDays(days) : null);
        Assert.IsType(deletes ? typeof(Done) : typeof(Refusal.VerdictStale), Do(judged).Answer);
        Assert.Equal(deletes, State.FindArchive(Archive) is null);
    }

    [Fact]
    public void Only_a_verdict_from_after_the_newest_lock_deletes_the_archive()
    {
        Given(new UpdateGuard(2));
        Unchanged(new UpdateGuard(1));
        AssertStale(Some.Deletion(Archive, Now, guard: 1));
        Succeeds(Some.Deletion(Archive, Now, guard: 3));
    }

    [Fact]
    public void A_verdict_from_the_future_deletes_nothing_and_the_reply_has_the_current_time()
    {
        var stale = AssertStale(Some.Deletion(Archive, Now + Tick));
        Assert.Equal(Now, stale.AsOf);
        Succeeds(Some.Deletion(Archive, stale.AsOf));
    }

    [Fact]
    public void A_verdict_is_valid_for_a_minute()
    {
        var judged = Now;
        Now += ArchiveShardDecider.VerdictLife + Tick;
        AssertStale(Some.Deletion(Archive, judged));
        Now -= Tick;
        Succeeds(Some.Deletion(Archive, judged));
    }

    [Fact]
    public void A_deletion_waits_until_the_vault_knows_of_the_archive()
    {
        var added = Some.Archive(2) with { CreatedAt = Now };
        Given(Add(2) with { Entry = added });
        Assert.True(Do(Some.Deletion(added.Archive, Now)) is { Answer: Refusal.VerdictStale, Awaits: AwaitedIntents.OwnAndEarlier });
        ConfirmAll();
        Succeeds(Some.Deletion(added.Archive, Now));
    }

    [Fact]
    public void A_verdict_after_the_vault_recorded_the_archive_needs_no_confirmation_in_the_journal()
    {
        var added = Some.Archive(2) with { CreatedAt = Now };
        Given(Add(2) with { Entry = added });
        var stale = Assert.IsType<Refusal.VerdictStale>(Do(Some.Deletion(added.Archive, Now)).Answer);
        var next = Some.Deletion(added.Archive, stale.AsOf);
        next = next with { Judgement = next.Judgement with { Recorded = stale.Recorded } };
        Now += Tick;

        Succeeds(next);
        Assert.Empty(Unchanged(Add(2) with { Entry = added }).Intents);
    }

    [Fact]
    public void A_verdict_that_is_stale_for_another_reason_keeps_what_the_vault_recorded()
    {
        var old = Some.Deletion(Archive, Now + Tick);

        Assert.Equal(7, AssertStale(old with { Judgement = old.Judgement with { Recorded = 7 } }).Recorded);
    }

    [Fact]
    [Promise("operations.md", "a policy or lock evaluates an archive's age or the date")]
    public void Verdicts_that_depend_on_time_delete_nothing_while_the_clock_is_not_trusted()
    {
        var time = ServiceTime.Recorded(Now, ServedIntervals.None, TimeSpan.Zero, isTrusted: false, holdsBytes: false);
        var byAge = Decider.Decide(State, Some.DeletionByAge(Archive, Now, Some.Noon), time);
        Assert.IsType<Refusal.ClockNotTrusted>(byAge.Answer);
        Assert.Empty(byAge.Events);
        Assert.Same(Done.Instance, Decider.Decide(State, Some.Deletion(Archive, Now), time).Answer);
    }

    [Fact]
    public void Repeating_a_deletion_needs_no_current_verdict()
    {
        Given(Some.Deletion(Archive, Now));
        var old = Now - ArchiveShardDecider.VerdictLife - ArchiveShardDecider.VerdictLife;
        Succeeds(Some.Deletion(Archive, old));
        Refused<Refusal.ArchiveNotFound>(Some.Deletion(Some.Archive(9).Archive, old));
    }

    private void Succeeds(DeleteArchive deletion) => Assert.Same(Done.Instance, Do(deletion).Answer);

    private Refusal.VerdictStale AssertStale(ArchiveShardCommand deletion)
    {
        var stale = Refused<Refusal.VerdictStale>(deletion);
        Assert.NotNull(State.FindArchive(Archive));
        return stale;
    }
}
