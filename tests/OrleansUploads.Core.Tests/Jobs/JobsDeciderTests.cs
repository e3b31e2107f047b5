using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Jobs;

public sealed class JobsDeciderTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(4);

    private readonly DeciderDriver<JobsState, JobsCommand, JobsEvent> _jobs = new(
        new JobsDecider(RetrievalPolicy.After(Delay)));

    private static JobId Job(int number) => JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number));

    private static readonly InventorySnapshot Inventory = new(Some.Incarnation, Some.Noon, new long[Some.Incarnation.Shards]);

    private static StartInventory StartInventory(int number) => new(
        Job(number),
        Inventory,
        new InventorySelection(new CreationWindow(Some.Noon, null), 10, Some.Archive(1).Archive),
        InventoryFormat.Csv,
        new InventoryOutput("the vault", 123, Some.Archive(2).Archive),
        new JobOptions(Some.Described("monthly"), "topic", RetrievalTier.Standard));

    private static StartRetrieval Start(int number, PartRange? range = null, long sizeBytes = (2 * Some.MiB) + 5) => new(
        Job(number), Some.Archive(1, sizeBytes), range, null, new JobOptions(Description.None, null, RetrievalTier.Standard));

    [Fact]
    public void A_job_is_ready_after_its_delay_and_is_removed_a_day_later()
    {
        _jobs.Do(Start(1));
        _jobs.Now = Some.Noon + Delay - TimeSpan.FromMilliseconds(1);
        _jobs.Refused<Refusal.JobNotReady>(new FindFinishedJob(Job(1)));
        _jobs.Now = Some.Noon + Delay;
        _jobs.Ask(new FindFinishedJob(Job(1)));
        _jobs.Now += Limits.JobOutputLife - TimeSpan.FromMilliseconds(1);
        _jobs.Ask(new FindFinishedJob(Job(1)));
        _jobs.Now += TimeSpan.FromMilliseconds(1);
        _jobs.Refused<Refusal.JobNotFound>(new FindFinishedJob(Job(1)));
        _jobs.Refused<Refusal.JobNotFound>(new FindJob(Job(1)));
        _jobs.Wake();
        Assert.Empty(_jobs.State.ById);
    }

    [Fact]
    public void An_archive_with_external_bytes_cannot_be_retrieved_for_any_range()
    {
        foreach (var range in new PartRange?[] { null, new(0, Some.MiB - 1), new(1, 2) })
        {
            var start = Start(1, range);
            var located = start.Archive with { ByteStorage = ByteStorage.External };
            var refusal = _jobs.Refused<Refusal.ArchiveStoredExternally>(start with { Archive = located });
            Assert.Equal(located.Archive, refusal.Archive);
        }
    }

    [Fact]
    public void Without_a_range_the_whole_archive_is_retrieved()
    {
        Assert.Equal(new PartRange(0, (2 * Some.MiB) + 4), _jobs.Ask(Start(1)).Range);
    }

    [Theory]
    [InlineData(0, Some.MiB - 1, true)]
    [InlineData(Some.MiB, (2 * Some.MiB) + 4, true)]
    [InlineData(1, Some.MiB - 1, false)]
    [InlineData(0, Some.MiB - 2, false)]
    [InlineData(0, Some.MiB, false)]
    [InlineData(0, (2 * Some.MiB) + 5, false)]
    [InlineData(0, (3 * Some.MiB) - 1, false)]
    public void A_range_must_be_inside_the_archive_and_aligned_to_a_mebibyte_or_the_end(long first, long last, bool fits)
    {
        var answer = _jobs.Do(Start(1, new PartRange(first, last))).Answer;
        Assert.Equal(fits, answer is RetrievalJob);
        Assert.Equal(!fits, answer is Refusal.RetrievalRangeInvalid);
    }

    [Fact]
    public void Jobs_are_listed_by_time_in_pages_and_filtered_by_completion()
    {
        for (var i = 0; i < 4; i++)
        {
            _jobs.Do(Start(i));
            _jobs.Now += TimeSpan.FromHours(2);
        }

        var all = _jobs.Ask(new ListJobs(null, 3, null));
        Assert.Equal([Job(0), Job(1), Job(2)], all.Jobs.Select(job => job.Job));
        Assert.True(all.HasMore);
        Assert.Equal([Job(3)], _jobs.Ask(new ListJobs(all.Jobs[2].Cursor, 3, null)).Jobs.Select(job => job.Job));
        Assert.Equal([Job(0), Job(1), Job(2)], _jobs.Ask(new ListJobs(null, 9, true)).Jobs.Select(job => job.Job));
        Assert.Equal([Job(3)], _jobs.Ask(new ListJobs(null, 9, false)).Jobs.Select(job => job.Job));
    }

    [Fact]
    public void An_inventory_job_keeps_its_parameters_and_lives_as_long_as_a_retrieval_job()
    {
        var start = StartInventory(1);
        var started = _jobs.Ask(start);
        Assert.Equal(
            new InventoryJob(
                Job(1), start.Inventory, start.Selection, start.Format, start.Output, start.Wish, Some.Noon, Some.Noon + Delay),
            started);
        _jobs.Refused<Refusal.JobNotReady>(new FindFinishedJob(Job(1)));
        _jobs.Now += Delay;
        Assert.Equal(started, _jobs.Ask(new FindFinishedJob(Job(1))));
        _jobs.Now += Limits.JobOutputLife;
        _jobs.Refused<Refusal.JobNotFound>(new FindJob(Job(1)));
        _jobs.Wake();
        _jobs.ConfirmAll();
        _jobs.Wake();
        Assert.Empty(_jobs.State.ById);
    }

    [Fact]
    public void Each_tier_has_its_own_delay_and_its_jobs_are_removed_on_time()
    {
        var jobs = new DeciderDriver<JobsState, JobsCommand, JobsEvent>(new JobsDecider(new RetrievalPolicy
        {
            StandardDelay = TimeSpan.FromHours(3),
            ExpeditedDelay = TimeSpan.FromMinutes(1),
            BulkDelay = TimeSpan.FromHours(12),
        }));
        var ready = new[] { RetrievalTier.Bulk, RetrievalTier.Standard, RetrievalTier.Expedited }.Select(
            tier => jobs.Ask(Start((int)tier) with { Wish = new JobOptions(Description.None, null, tier) }).ReadyAt - Some.Noon);
        Assert.Equal([TimeSpan.FromHours(12), TimeSpan.FromHours(3), TimeSpan.FromMinutes(1)], ready);
        Assert.Equal(TimeSpan.FromHours(3), jobs.Ask(StartInventory(9)).ReadyAt - Some.Noon);

        jobs.Now = Some.Noon + TimeSpan.FromMinutes(1) + Limits.JobOutputLife;
        Assert.Equal(jobs.Now, jobs.Decider.WakeAt(jobs.State with { Notices = JobNotices.None }));
        jobs.Wake();
        Assert.Equal(3, jobs.State.ById.Count);
        jobs.Refused<Refusal.JobNotFound>(new FindJob(Job((int)RetrievalTier.Expedited)));
    }

    [Fact]
    public void A_repeated_start_of_a_job_returns_the_first_answer()
    {
        var first = _jobs.Ask(StartInventory(1));
        _jobs.Now += TimeSpan.FromHours(1);
        var again = _jobs.Do(StartInventory(1));
        Assert.Empty(again.Events);
        Assert.Equal(first, again.Answer);
    }

    [Fact]
    public void Both_kinds_of_job_share_one_list_and_one_compacted_history()
    {
        _jobs.Do(Start(1));
        _jobs.Now += TimeSpan.FromSeconds(1);
        _jobs.Do(StartInventory(2));
        _jobs.Now += TimeSpan.FromSeconds(1);
        _jobs.Do(Start(3));
        var listed = _jobs.Ask(new ListJobs(null, 9, null)).Jobs;
        Assert.Equal([typeof(RetrievalJob), typeof(InventoryJob), typeof(RetrievalJob)], listed.Select(job => job.GetType()));

        var compacted = _jobs.Decider.Compact(_jobs.State).ToList();
        Assert.Equal(_jobs.Decider.CompactCount(_jobs.State), compacted.Count);
        var rebuilt = compacted.Aggregate(_jobs.Decider.Initial, _jobs.Decider.Evolve);
        Assert.Equal(listed, rebuilt.ByTime.Select(cursor => rebuilt.ById[cursor.Job]));
    }

    [Fact]
    public void Only_expired_jobs_are_removed()
    {
        _jobs.Do(Start(1));
        _jobs.Now += TimeSpan.FromHours(1);
        _jobs.Do(Start(2));
        _jobs.Now = _jobs.Decider.WakeAt(_jobs.State)!.Value;
        _jobs.Wake();
        Assert.Equal([Job(2)], _jobs.State.ById.Keys);
        Assert.Equal([Job(2)], _jobs.State.ByTime.Select(cursor => cursor.Job));
    }
}
