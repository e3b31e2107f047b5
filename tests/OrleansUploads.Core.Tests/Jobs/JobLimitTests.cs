namespace OrleansUploads.Core.Tests.Jobs;

public sealed class JobLimitTests() : JobsDriver(new RetrievalPolicy(), TwentyJobs)
{
    private static readonly VaultLimits TwentyJobs = new() { Jobs = 20 };

    private void StartUpTo(int number)
    {
        for (var job = 1; job <= number; job++)
        {
            Answered<RetrievalJob>(Retrieval(job));
        }
    }

    [Fact]
    public void A_job_above_the_limit_is_refused_until_another_job_is_gone()
    {
        Given(Retrieval(0));
        Now += TimeSpan.FromHours(1);
        StartUpTo(19);

        var refused = Refused<Refusal.TooManyJobs>(Retrieval(20));
        Assert.Equal((20, false, Some.Noon + Limits.JobOutputLife), (refused.Limit, refused.OfInventories, refused.NextExpiresAt));
        Now = refused.NextExpiresAt;
        Wake();
        Answered<RetrievalJob>(Retrieval(20));
        Refused<Refusal.TooManyJobs>(Retrieval(21));
    }

    [Fact]
    public void A_repeated_start_of_a_job_returns_the_same_answer_even_at_the_limit()
    {
        var first = Ask(Retrieval(0));
        StartUpTo(19);
        Assert.Same(first, Ask(Retrieval(0)));
    }

    [Fact]
    public void At_most_a_tenth_of_the_jobs_may_be_inventory_jobs()
    {
        Given(Inventory(0), Inventory(1));
        var refused = Refused<Refusal.TooManyJobs>(Inventory(2));
        Assert.Equal((2, true), (refused.Limit, refused.OfInventories));
        Answered<RetrievalJob>(Retrieval(3));
        Now += Limits.JobOutputLife;
        Wake();
        Answered<InventoryJob>(Inventory(2));
    }
}
