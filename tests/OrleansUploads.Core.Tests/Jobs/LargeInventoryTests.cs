namespace OrleansUploads.Core.Tests.Jobs;

/// <summary>Inventories whose output is measured after their job was accepted.</summary>
public sealed class LargeInventoryTests() : JobsDriver(new RetrievalPolicy())
{
    private static readonly InventorySelection All = new(default, Limit: null, After: null);
    private static readonly UpdateNotifications VaultTopic = new(1, new VaultNotifications("arn:vault", NotifiedJobs.InventoryRetrievals));

    private static BeginInventory Begin(int number, string? topic = null) => new(
        Job(number),
        Snapshot(JobsDecider.MaxArchivesMeasuredFirst, 1),
        All,
        InventoryFormat.Csv,
        "the vault",
        new JobOptions(Some.Described("monthly"), topic, RetrievalTier.Standard));

    private static ConfirmInventoryMeasured Measured(int number) => new ConfirmInventoryMeasured(Job(number), Output);

    [Fact]
    public void A_large_inventory_is_in_progress_until_its_output_has_been_measured()
    {
        var intent = Raised(Begin(1));
        Assert.False(intent.IsAwaited);
        Assert.Equal(Job(1), intent.Does<MeasureInventory>().Job.Job);
        Now += TimeSpan.FromMinutes(1);
        Assert.False(Ask(new FindJob(Job(1))).IsReady(Now));
        IsNotReady(1);
        Assert.Equal([Job(1)], Listed(finished: false));
        Assert.Empty(Listed(finished: true));

        Confirm(intent, Output);

        var finished = Assert.IsType<InventoryJob>(Ask(new FindFinishedJob(Job(1))));
        Assert.Equal((Output, Some.Noon, Now), (finished.Output, finished.CreatedAt, finished.ReadyAt));
        Assert.Equal([finished], Ask(new ListJobs(null, 9, Finished: true)).Jobs);
        Assert.Empty(Pending);
    }

    [Fact]
    public void An_inventory_that_was_taken_too_long_ago_starts_no_job()
    {
        var begin = Begin(1) with { Inventory = Begin(1).Inventory with { AskedAt = Now } };
        var start = Inventory(2) with { Inventory = begin.Inventory };
        Now += Limits.MaxInventoryAge;
        Given(begin);
        Assert.Null(Assert.IsType<UnmeasuredInventory>(Ask(new FindJob(Job(1)))).Inventory.AskedAt);
        Now += Tick;

        EachRefused<Refusal.InventoryStale>(start, start with { Job = Job(3) });

        Answered<UnmeasuredInventory>(begin);
    }

    [Fact]
    public void The_output_is_available_for_a_day_after_it_was_measured()
    {
        Given(Begin(1));
        Now += TimeSpan.FromHours(23);
        Given(Measured(1));
        Now += Limits.JobOutputLife - Tick;
        Wake();
        IsReady(1);
        Now += Tick;
        Wake();
        IsGone(1);
        Assert.Empty(State.ById);
    }

    [Fact]
    public void A_job_that_is_measured_before_its_delay_has_passed_finishes_when_it_has()
    {
        var jobs = new JobsDriver(RetrievalPolicy.After(TimeSpan.FromHours(4)));
        jobs.Given(Begin(1, "arn:job"));
        jobs.Now += TimeSpan.FromHours(1);
        Assert.Empty(jobs.Do(Measured(1)).Intents);
        jobs.Refused<Refusal.JobNotReady>(new FindFinishedJob(Job(1)));
        Assert.Equal(Some.Noon + TimeSpan.FromHours(4), jobs.WakeAt);
        jobs.Now = Some.Noon + TimeSpan.FromHours(4);
        Assert.Single(NoticesIn(jobs.Wake().Intents));
        jobs.Ask(new FindFinishedJob(Job(1)));
    }

    [Fact]
    public void A_job_that_cannot_be_measured_for_a_day_is_removed()
    {
        Given(Begin(1, "arn:job"));
        Assert.Equal(Some.Noon + Limits.JobOutputLife, WakeAt);
        Now += Limits.JobOutputLife;
        Wake();
        Assert.Empty(State.ById);
        Assert.Empty(Pending);
        Unchanged(Measured(1));
    }

    [Fact]
    public void A_job_that_has_expired_does_not_come_back_when_it_is_measured_before_its_removal()
    {
        Given(Begin(1));
        Now += Limits.JobOutputLife;
        IsGone(1);
        Unchanged(Measured(1));
        IsGone(1);
        Wake();
        Assert.Empty(State.ById);
    }

    [Fact]
    public void Measuring_is_done_again_after_a_restart_and_confirmed_once()
    {
        Given(Begin(1));
        Assert.Equivalent(Assert.Single(Pending).Action, Assert.Single(Decider.Pending(Rebuilt())).Action, strict: true);
        Given(Measured(1));
        Now += TimeSpan.FromMinutes(1);
        Unchanged(Measured(1));
    }

    [Fact]
    public void Topics_are_notified_once_when_a_large_inventory_has_been_measured()
    {
        Given(VaultTopic);
        Assert.Empty(NoticesIn(Do(Begin(1, "arn:job")).Intents));
        Now += TimeSpan.FromMinutes(1);
        Assert.Empty(Wake().Events);
        var notices = NoticesIn(Do(Measured(1)).Intents).ToList();
        Assert.Equal(["arn:job", "arn:vault"], notices.Select(notice => notice.Topic));
        Assert.All(notices, notice => Assert.True(notice.Job.IsReady(Now)));
        Assert.Empty(Wake().Events);
    }

    [Fact]
    public void A_setting_that_arrives_while_an_inventory_is_measured_applies_to_it()
    {
        Given(Begin(1));
        Now += TimeSpan.FromMinutes(1);
        Assert.Empty(Do(VaultTopic).Intents);
        Assert.Empty(Wake().Events);
        Assert.Single(NoticesIn(Do(Measured(1)).Intents));
    }

    [Fact]
    public void A_large_inventory_counts_as_an_inventory_job_and_its_repeated_start_changes_nothing()
    {
        var jobs = new JobsDriver(new RetrievalPolicy(), new VaultLimits { Jobs = 20 });
        jobs.Given(Begin(1), Begin(2));
        Assert.True(jobs.Refused<Refusal.TooManyJobs>(Begin(3)).OfInventories);
        Assert.Empty(jobs.Unchanged(Begin(1)).Intents);
        jobs.Given(Measured(1));
        jobs.Refused<Refusal.TooManyJobs>(Begin(3));
        jobs.Answered<InventoryJob>(Begin(1));
    }

    [Fact]
    public void Only_an_inventory_of_few_changes_or_a_short_page_is_measured_before_its_job_starts()
    {
        const int Most = JobsDecider.MaxArchivesMeasuredFirst;
        Assert.True(JobsDecider.IsMeasuredFirst(Snapshot(0, Most - 1, 1), All, Most));
        Assert.False(JobsDecider.IsMeasuredFirst(Snapshot(0, Most, 1), All, Most));
        Assert.True(JobsDecider.IsMeasuredFirst(Snapshot(Most, Most), All with { Limit = Most }, Most));
        Assert.False(JobsDecider.IsMeasuredFirst(Snapshot(Most, Most), All with { Limit = Most + 1 }, Most));
        Assert.False(JobsDecider.IsMeasuredFirst(
            Snapshot(Most, Most), new InventorySelection(new CreationWindow(Some.Noon, null), Limit: 1, After: null), Most));
    }
}
