namespace OrleansUploads.Core.Tests.Jobs;

/// <summary>Deleted archives: no retrieval of them starts, and their bytes are kept while a job needs them.</summary>
public sealed class RetirementTests() : JobsDriver(RetrievalPolicy.After(TimeSpan.FromHours(5)), remembered: Remembered)
{
    private const int Remembered = 3;

    private RetireArchive Retire(int archive) => new(Some.Archive(archive).Archive, Some.Upload(archive), Now);

    private void RetireUpTo(int archives)
    {
        for (var archive = 1; archive <= archives; archive++)
        {
            Given(Retire(archive));
        }
    }

    private static DateTimeOffset? BytesUntil(Decision<JobsEvent> decision) =>
        Assert.Single(decision.Intents).Tells<ReleaseArchive>().BytesUntil;

    [Fact]
    public void Without_a_job_the_bytes_are_needed_until_the_deletion() => Assert.Equal(Now, BytesUntil(Do(Retire(1))));

    [Fact]
    public void The_bytes_are_needed_until_the_last_unexpired_job_expires()
    {
        Given(Retrieval(1));
        Now += TimeSpan.FromHours(1);
        Given(Retrieval(2), Retrieval(3, archive: 2));
        var last = Now + TimeSpan.FromHours(5) + Limits.JobOutputLife;
        Assert.Equal(last + JobsDecider.DownloadGrace, BytesUntil(Do(Retire(1))));
        Now = last;
        Assert.Equal(Now, BytesUntil(Do(Retire(2))));
    }

    [Fact]
    public void A_job_that_has_expired_leaves_the_bytes_to_a_later_one()
    {
        Given(Retrieval(1));
        Now += TimeSpan.FromHours(1);
        Given(Retrieval(2));
        var last = Now + TimeSpan.FromHours(5) + Limits.JobOutputLife;
        Now = last - TimeSpan.FromMinutes(1);
        Wake();
        IsGone(1);
        Assert.Equal(last + JobsDecider.DownloadGrace, BytesUntil(Do(Retire(1))));
    }

    [Fact]
    [Promise("operations.md", "uploads and jobs expire, unowned bytes are collected, and bytes and records of what was deleted are deleted")]
    public void No_job_counts_as_expired_while_the_clock_is_not_trusted()
    {
        Given(Retrieval(1));
        Now += TimeSpan.FromDays(30);
        var time = ServiceTime.Recorded(Now, ServedIntervals.None, TimeSpan.Zero, isTrusted: false, holdsBytes: false);
        Assert.True(BytesUntil(Decider.Decide(State, Retire(1), time)) > Now);
        Assert.Equal(Now, BytesUntil(Do(Retire(1))));
    }

    [Fact]
    public void The_bytes_outlive_an_unexpired_job_even_if_the_clock_of_the_shard_is_ahead()
    {
        Given(Retrieval(1));
        Now += TimeSpan.FromHours(5) + Limits.JobOutputLife - TimeSpan.FromHours(1);
        var deletedAt = Now + TimeSpan.FromHours(3);
        Assert.Equal(deletedAt + JobsDecider.DownloadGrace, BytesUntil(Do(Retire(1) with { DeletedAt = deletedAt })));
    }

    [Fact]
    public void A_retired_archive_cannot_be_retrieved()
    {
        Given(Retire(1));
        EachRefused<Refusal.ArchiveNotFound>(Retrieval(1), Retrieval(1, retirements: 1));
    }

    [Fact]
    public void A_lookup_older_than_the_remembered_retirements_is_refused_and_a_later_one_is_accepted()
    {
        for (var archive = 1; archive <= Remembered + 2; archive++)
        {
            Given(Retire(archive));
            ConfirmAll();
        }

        Assert.Equal(Remembered, State.Retired.ByNumber.Count);
        EachRefused<Refusal.LookupStale>(Retrieval(1, archive: 9), Retrieval(1, archive: 9, retirements: 1));
        Assert.Equal(Remembered + 2, Ask(new CountRetirements()).Count);
        Answered<RetrievalJob>(Retrieval(1, archive: 9, retirements: 2));
    }

    [Fact]
    public void A_retirement_is_remembered_until_the_upload_has_confirmed_it()
    {
        RetireUpTo(2 * Remembered);
        Assert.Equal(2 * Remembered, Pending.Count());
        ConfirmAll();
        Assert.Equal(Remembered, State.Retired.ByNumber.Count);
    }

    [Fact]
    public void A_repeated_retirement_waits_for_the_upload_and_changes_nothing_once_confirmed()
    {
        Given(Retire(1));
        Assert.Single(Unchanged(Retire(1)).Intents);
        ConfirmAll();
        Assert.Empty(Do(Retire(1)).Intents);
    }
}
