using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Core.Tests.Jobs;

/// <summary>Deleted archives: no retrieval of them starts, and their bytes are kept while a job needs them.</summary>
public sealed class RetirementTests
{
    private const int Remembered = 3;

    private readonly DeciderDriver<JobsState, JobsCommand, JobsEvent> _jobs = new(
        new JobsDecider(RetrievalPolicy.After(TimeSpan.FromHours(5)), limits: null, Remembered));

    [Fact]
    public void Without_a_job_the_bytes_are_needed_until_the_deletion() =>
        Assert.Equal(_jobs.Now, BytesUntil(Retire(1)));

    [Fact]
    public void The_bytes_are_needed_until_the_last_unexpired_job_expires()
    {
        _jobs.Do(Start(1, job: 1));
        _jobs.Now += TimeSpan.FromHours(1);
        _jobs.Do(Start(1, job: 2));
        _jobs.Do(Start(2, job: 3));
        var last = _jobs.Now + TimeSpan.FromHours(5) + Limits.JobOutputLife;
        Assert.Equal(last + JobsDecider.DownloadGrace, BytesUntil(Retire(1)));

        _jobs.Now = last;
        Assert.Equal(_jobs.Now, BytesUntil(Retire(2)));
    }

    [Fact]
    public void No_job_counts_as_expired_while_the_clock_is_not_trusted()
    {
        _jobs.Do(Start(1, job: 1));
        _jobs.Now += TimeSpan.FromDays(30);
        var time = ServiceTime.Recorded(
            _jobs.Now, ServedIntervals.None, TimeSpan.Zero, isTrusted: false, holdsBytes: false);
        var retired = _jobs.Decider.Decide(
            _jobs.State, new RetireArchive(Some.Archive(1).Archive, Some.Upload(1), _jobs.Now), time);
        Assert.True(BytesUntil(retired) > _jobs.Now);
        Assert.Equal(_jobs.Now, BytesUntil(Retire(1)));
    }

    [Fact]
    public void The_bytes_outlive_an_unexpired_job_even_if_the_clock_of_the_shard_is_ahead()
    {
        _jobs.Do(Start(1, job: 1));
        _jobs.Now += TimeSpan.FromHours(5) + Limits.JobOutputLife - TimeSpan.FromHours(1);
        var deletedAt = _jobs.Now + TimeSpan.FromHours(3);
        var retired = _jobs.Do(new RetireArchive(Some.Archive(1).Archive, Some.Upload(1), deletedAt));
        Assert.Equal(deletedAt + JobsDecider.DownloadGrace, BytesUntil(retired));
    }

    [Fact]
    public void A_retired_archive_cannot_be_retrieved()
    {
        Retire(1);
        _jobs.Refused<Refusal.ArchiveNotFound>(Start(1, job: 1));
        _jobs.Refused<Refusal.ArchiveNotFound>(Start(1, job: 1, retirements: 1));
    }

    [Fact]
    public void A_lookup_older_than_the_remembered_retirements_is_refused_and_a_later_one_is_accepted()
    {
        for (var archive = 1; archive <= Remembered + 2; archive++)
        {
            Retire(archive);
            _jobs.ConfirmAll();
        }

        Assert.Equal(Remembered, _jobs.State.Retired.ByNumber.Count);
        _jobs.Refused<Refusal.LookupStale>(Start(9, job: 1));
        _jobs.Refused<Refusal.LookupStale>(Start(9, job: 1, retirements: 1));
        Assert.Equal(Remembered + 2, _jobs.Ask(new CountRetirements()).Count);
        Assert.IsType<RetrievalJob>(_jobs.Do(Start(9, job: 1, retirements: 2)).Answer);
    }

    [Fact]
    public void A_retirement_is_remembered_until_the_upload_has_confirmed_it()
    {
        for (var archive = 1; archive <= 2 * Remembered; archive++)
        {
            Retire(archive);
        }

        Assert.Equal(2 * Remembered, _jobs.Decider.Pending(_jobs.State).Count());
        _jobs.ConfirmAll();
        Assert.Equal(Remembered, _jobs.State.Retired.ByNumber.Count);
    }

    [Fact]
    public void A_repeated_retirement_waits_for_the_upload_and_changes_nothing_once_confirmed()
    {
        Retire(1);
        var again = Retire(1);
        Assert.Empty(again.Events);
        Assert.Single(again.Intents);
        _jobs.ConfirmAll();
        Assert.Empty(Retire(1).Intents);
    }

    [Fact]
    public void A_snapshot_keeps_the_remembered_retirements()
    {
        _jobs.Do(Start(1, job: 1));
        for (var archive = 1; archive <= Remembered + 1; archive++)
        {
            Retire(archive);
        }

        _jobs.Do(new ConfirmRetirementDelivered(1));
        var rebuilt = _jobs.Decider.Compact(_jobs.State).Aggregate(_jobs.Decider.Initial, _jobs.Decider.Evolve);
        Assert.Equal(_jobs.State.Retired.ByNumber, rebuilt.Retired.ByNumber);
        Assert.Equal(_jobs.State.Retired.Numbers, rebuilt.Retired.Numbers);
        Assert.Equal(_jobs.State.Retired.Forgotten, rebuilt.Retired.Forgotten);
        Assert.Equal(_jobs.State.LastExpiry, rebuilt.LastExpiry);
        Assert.Equal(
            _jobs.Decider.Pending(_jobs.State).Select(intent => intent.Key),
            _jobs.Decider.Pending(rebuilt).Select(intent => intent.Key));
    }

    private static DateTimeOffset? BytesUntil(Decision<JobsEvent> decision) =>
        ((ReleaseArchive)((TellEntity)Assert.Single(decision.Intents).Action).Command).BytesUntil;

    private static StartRetrieval Start(int archive, int job, long? retirements = null) => new(
        JobId.FromRandom(Some.Bytes(JobId.RandomBytes, job)),
        Some.Archive(archive),
        null,
        null,
        new JobOptions(Description.None, null, RetrievalTier.Standard),
        retirements);

    private Decision<JobsEvent> Retire(int archive) =>
        _jobs.Do(new RetireArchive(Some.Archive(archive).Archive, Some.Upload(archive), _jobs.Now));
}
