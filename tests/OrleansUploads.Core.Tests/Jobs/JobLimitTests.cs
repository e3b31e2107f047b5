using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Jobs;

public sealed class JobLimitTests
{
    private static readonly VaultLimits Limits = new() { Jobs = 20 };

    private readonly DeciderDriver<JobsState, JobsCommand, JobsEvent> _jobs =
        new(new JobsDecider(new RetrievalPolicy(), Limits));

    private static JobOptions Options => new(Description.None, null, RetrievalTier.Standard);

    private static JobId Job(int number) => JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number));

    private static StartRetrieval Retrieve(int number) => new(Job(number), Some.Archive(1), null, null, Options);

    private static StartInventory Inventory(int number) => new(
        Job(number),
        new InventorySnapshot(Some.Incarnation, Some.Noon, new long[Some.Incarnation.Shards]),
        new InventorySelection(default, null, null),
        InventoryFormat.Json,
        new InventoryOutput("the vault", 1, null),
        Options);

    [Fact]
    public void A_job_above_the_limit_is_refused_until_another_job_is_gone()
    {
        _jobs.Do(Retrieve(0));
        _jobs.Now += TimeSpan.FromHours(1);
        for (var number = 1; number < 20; number++)
        {
            Assert.IsType<RetrievalJob>(_jobs.Do(Retrieve(number)).Answer);
        }

        var refused = _jobs.Refused<Refusal.TooManyJobs>(Retrieve(20));
        Assert.Equal((20, false, Some.Noon + Values.Limits.JobOutputLife), (refused.Limit, refused.OfInventories, refused.NextExpiresAt));
        _jobs.Now = refused.NextExpiresAt;
        _jobs.Wake();
        Assert.IsType<RetrievalJob>(_jobs.Do(Retrieve(20)).Answer);
        _jobs.Refused<Refusal.TooManyJobs>(Retrieve(21));
    }

    [Fact]
    public void A_repeated_start_of_a_job_returns_the_same_answer_even_at_the_limit()
    {
        var first = _jobs.Ask(Retrieve(0));
        for (var number = 1; number < 20; number++)
        {
            _jobs.Do(Retrieve(number));
        }

        Assert.Same(first, _jobs.Ask(Retrieve(0)));
    }

    [Fact]
    public void At_most_a_tenth_of_the_jobs_may_be_inventory_jobs_and_the_count_survives_a_snapshot()
    {
        _jobs.Do(Inventory(0));
        _jobs.Do(Inventory(1));
        Assert.True(_jobs.Refused<Refusal.TooManyJobs>(Inventory(2)).OfInventories);
        Assert.IsType<RetrievalJob>(_jobs.Do(Retrieve(3)).Answer);

        var rebuilt = new DeciderDriver<JobsState, JobsCommand, JobsEvent>(_jobs.Decider);
        _jobs.Decider.Compact(_jobs.State).ToList().ForEach(rebuilt.Happened);
        Assert.Equal(2, rebuilt.Refused<Refusal.TooManyJobs>(Inventory(2)).Limit);

        _jobs.Now += Values.Limits.JobOutputLife;
        _jobs.Wake();
        Assert.IsType<InventoryJob>(_jobs.Do(Inventory(2)).Answer);
    }
}
