namespace OrleansUploads.Core.Tests.Jobs;

public sealed class JobsDeciderTests() : JobsDriver(RetrievalPolicy.After(Delay))
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(4);

    private static StartInventory Monthly(int number) => Inventory(number) with
    {
        Selection = new InventorySelection(new CreationWindow(Some.Noon, null), 10, Some.Archive(1).Archive),
        Format = InventoryFormat.Csv,
        Wish = new JobOptions(Some.Described("monthly"), "topic", RetrievalTier.Standard),
    };

    private static StartRetrieval Start(int number, PartRange? range = null) =>
        Retrieval(number) with { Archive = Some.Archive(1, (2 * Some.MiB) + 5), Range = range };

    [Fact]
    [Promise("operations.md", "a job's output becomes ready")]
    [Promise("operations.md", "a finished job and its output")]
    public void A_job_is_ready_after_its_delay_and_is_removed_a_day_later()
    {
        Given(Start(1));
        Now = Some.Noon + Delay - Tick;
        IsNotReady(1);
        Now = Some.Noon + Delay;
        IsReady(1);
        Now += Limits.JobOutputLife - Tick;
        IsReady(1);
        Now += Tick;
        Refused<Refusal.JobNotFound>(new FindFinishedJob(Job(1)));
        IsGone(1);
        Wake();
        Assert.Empty(State.ById);
    }

    [Fact]
    public void An_archive_with_external_bytes_cannot_be_retrieved_for_any_range() => Assert.All(
        new PartRange?[] { null, new(0, Some.MiB - 1), new(1, 2) },
        range =>
        {
            var located = Start(1).Archive with { ByteStorage = ByteStorage.External };
            var refusal = Refused<Refusal.ArchiveStoredExternally>(Start(1, range) with { Archive = located });
            Assert.Equal(located.Archive, refusal.Archive);
        });

    [Fact]
    public void Without_a_range_the_whole_archive_is_retrieved() =>
        Assert.Equal(new PartRange(0, (2 * Some.MiB) + 4), Ask(Start(1)).Range);

    [Theory]
    [InlineData(0, Some.MiB - 1, true)]
    [InlineData(Some.MiB, (2 * Some.MiB) + 4, true)]
    [InlineData(1, Some.MiB - 1, false)]
    [InlineData(0, Some.MiB - 2, false)]
    [InlineData(0, Some.MiB, false)]
    [InlineData(0, (2 * Some.MiB) + 5, false)]
    [InlineData(0, (3 * Some.MiB) - 1, false)]
    public void A_range_must_be_inside_the_archive_and_aligned_to_a_mebibyte_or_the_end(long first, long last, bool fits) =>
        Assert.IsType(
            fits ? typeof(RetrievalJob) : typeof(Refusal.RetrievalRangeInvalid), Do(Start(1, new PartRange(first, last))).Answer);

    [Fact]
    public void Jobs_are_listed_by_time_in_pages_and_filtered_by_completion()
    {
        for (var i = 0; i < 4; i++)
        {
            Given(Start(i));
            Now += TimeSpan.FromHours(2);
        }

        JobId[] firstThree = [Job(0), Job(1), Job(2)];
        var page = Ask(new ListJobs(null, 3, null));
        Assert.Equal(firstThree, page.Jobs.Select(job => job.Job));
        Assert.True(page.HasMore);
        Assert.Equal([Job(3)], Listed(3, after: page.Jobs[2].Cursor));
        Assert.Equal(firstThree, Listed(finished: true));
        Assert.Equal([Job(3)], Listed(finished: false));
    }

    [Fact]
    public void An_inventory_job_keeps_its_parameters_and_lives_as_long_as_a_retrieval_job()
    {
        var start = Monthly(1);
        var started = Ask(start);
        Assert.Equal(
            new InventoryJob(
                Job(1), start.Inventory, start.Selection, start.Format, start.Output, start.Wish, Some.Noon, Some.Noon + Delay),
            started);
        IsNotReady(1);
        Now += Delay;
        Assert.Equal(started, Unchanged(start).Answer);
        Assert.Equal(started, Ask(new FindFinishedJob(Job(1))));
        Now += Limits.JobOutputLife;
        IsGone(1);
        Wake();
        ConfirmAll();
        Wake();
        Assert.Empty(State.ById);
    }

    [Fact]
    public void Each_tier_has_its_own_delay_and_its_jobs_are_removed_on_time()
    {
        var delays = new RetrievalPolicy
        {
            StandardDelay = TimeSpan.FromHours(3),
            ExpeditedDelay = TimeSpan.FromMinutes(1),
            BulkDelay = TimeSpan.FromHours(12),
        };
        var jobs = new JobsDriver(delays);
        Assert.Equal(
            [delays.BulkDelay, delays.StandardDelay, delays.ExpeditedDelay],
            new[] { RetrievalTier.Bulk, RetrievalTier.Standard, RetrievalTier.Expedited }.Select(
                tier => jobs.Ask(Start((int)tier) with { Wish = Wish(tier: tier) }).ReadyAt - Some.Noon));
        Assert.Equal(delays.StandardDelay, jobs.Ask(Monthly(9)).ReadyAt - Some.Noon);
        jobs.Now = Some.Noon + delays.ExpeditedDelay + Limits.JobOutputLife;
        Assert.Equal(jobs.Now, jobs.Decider.WakeAt(jobs.State with { Notices = JobNotices.None }));
        jobs.Wake();
        Assert.Equal(3, jobs.State.ById.Count);
        jobs.Refused<Refusal.JobNotFound>(new FindJob(Job((int)RetrievalTier.Expedited)));
    }

    [Fact]
    public void Both_kinds_of_job_share_one_list()
    {
        Given(Start(1));
        Now += TimeSpan.FromSeconds(1);
        Given(Monthly(2));
        Now += TimeSpan.FromSeconds(1);
        Given(Start(3));
        var listed = Ask(new ListJobs(null, 9, null)).Jobs;
        Assert.Equal([typeof(RetrievalJob), typeof(InventoryJob), typeof(RetrievalJob)], listed.Select(job => job.GetType()));
    }
}
