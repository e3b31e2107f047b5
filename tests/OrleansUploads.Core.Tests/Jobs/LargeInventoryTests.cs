using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Jobs;

/// <summary>Inventories whose output is measured after their job was accepted.</summary>
public sealed class LargeInventoryTests
{
    private static readonly InventorySelection All = new(default, Limit: null, After: null);
    private static readonly InventoryOutput Output = new("the vault", 123, Some.Archive(2).Archive);
    private static readonly VaultNotifications VaultTopic = new("arn:vault", NotifiedJobs.InventoryRetrievals);

    private readonly DeciderDriver<JobsState, JobsCommand, JobsEvent> _jobs = new(new JobsDecider(new RetrievalPolicy()));

    private static JobId Job(int number) => JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number));

    private static InventorySnapshot Snapshot(params long[] versions) => new(Some.Incarnation, Some.Noon, versions);

    private static BeginInventory Begin(int number, string? topic = null) => new(
        Job(number),
        Snapshot(JobsDecider.MaxArchivesMeasuredFirst, 1),
        All,
        InventoryFormat.Csv,
        "the vault",
        new JobOptions(Some.Described("monthly"), topic, RetrievalTier.Standard));

    private static ICommand Measured(int number) => new ConfirmInventoryMeasured(Job(number)).Carrying(Output);

    private Decision<JobsEvent> Measure(int number) => _jobs.Do((JobsCommand)Measured(number));

    private static IEnumerable<T> ActionsOf<T>(IEnumerable<Intent> intents) => intents.Select(intent => intent.Action).OfType<T>();

    private JobsState Rebuilt() => _jobs.Decider.Compact(_jobs.State).Aggregate(_jobs.Decider.Initial, _jobs.Decider.Evolve);

    [Fact]
    public void A_large_inventory_is_in_progress_until_its_output_has_been_measured()
    {
        var decision = _jobs.Do(Begin(1));
        var intent = Assert.Single(decision.Intents);
        Assert.False(intent.IsAwaited);
        Assert.Equal(Job(1), Assert.IsType<MeasureInventory>(intent.Action).Job.Job);
        _jobs.Now += TimeSpan.FromMinutes(1);
        Assert.False(_jobs.Ask(new FindJob(Job(1))).IsReady(_jobs.Now));
        _jobs.Refused<Refusal.JobNotReady>(new FindFinishedJob(Job(1)));
        Assert.Equal([Job(1)], _jobs.Ask(new ListJobs(null, 9, Finished: false)).Jobs.Select(job => job.Job));
        Assert.Empty(_jobs.Ask(new ListJobs(null, 9, Finished: true)).Jobs);

        _jobs.Do((JobsCommand)intent.ConfirmationOf(Output));

        var finished = Assert.IsType<InventoryJob>(_jobs.Ask(new FindFinishedJob(Job(1))));
        Assert.Equal((Output, Some.Noon, _jobs.Now), (finished.Output, finished.CreatedAt, finished.ReadyAt));
        Assert.Equal([finished], _jobs.Ask(new ListJobs(null, 9, Finished: true)).Jobs);
        Assert.Empty(_jobs.Decider.Pending(_jobs.State));
    }

    [Fact]
    public void The_output_is_available_for_a_day_after_it_was_measured()
    {
        _jobs.Do(Begin(1));
        _jobs.Now += TimeSpan.FromHours(23);
        Measure(1);
        _jobs.Now += Limits.JobOutputLife - TimeSpan.FromMilliseconds(1);
        _jobs.Wake();
        _jobs.Ask(new FindFinishedJob(Job(1)));
        _jobs.Now += TimeSpan.FromMilliseconds(1);
        _jobs.Wake();
        _jobs.Refused<Refusal.JobNotFound>(new FindJob(Job(1)));
        Assert.Empty(_jobs.State.ById);
    }

    [Fact]
    public void A_job_that_is_measured_before_its_delay_has_passed_finishes_when_it_has()
    {
        var jobs = new DeciderDriver<JobsState, JobsCommand, JobsEvent>(
            new JobsDecider(RetrievalPolicy.After(TimeSpan.FromHours(4))));
        jobs.Do(Begin(1, "arn:job"));
        jobs.Now += TimeSpan.FromHours(1);
        Assert.Empty(jobs.Do((JobsCommand)Measured(1)).Intents);
        jobs.Refused<Refusal.JobNotReady>(new FindFinishedJob(Job(1)));
        Assert.Equal(Some.Noon + TimeSpan.FromHours(4), jobs.Decider.WakeAt(jobs.State));
        jobs.Now = Some.Noon + TimeSpan.FromHours(4);
        Assert.Single(ActionsOf<NotifyTopic>(jobs.Wake().Intents));
        jobs.Ask(new FindFinishedJob(Job(1)));
    }

    [Fact]
    public void A_job_that_cannot_be_measured_for_a_day_is_removed()
    {
        _jobs.Do(Begin(1, "arn:job"));
        Assert.Equal(Some.Noon + Limits.JobOutputLife, _jobs.Decider.WakeAt(_jobs.State));
        _jobs.Now += Limits.JobOutputLife;
        _jobs.Wake();
        Assert.Empty(_jobs.State.ById);
        Assert.Empty(_jobs.Decider.Pending(_jobs.State));
        Assert.Empty(Measure(1).Events);
    }

    [Fact]
    public void A_job_that_has_expired_does_not_come_back_when_it_is_measured_before_its_removal()
    {
        _jobs.Do(Begin(1));
        _jobs.Now += Limits.JobOutputLife;
        _jobs.Refused<Refusal.JobNotFound>(new FindJob(Job(1)));
        Assert.Empty(Measure(1).Events);
        _jobs.Refused<Refusal.JobNotFound>(new FindJob(Job(1)));
        _jobs.Wake();
        Assert.Empty(_jobs.State.ById);
    }

    [Fact]
    public void Measuring_is_done_again_after_a_restart_and_confirmed_once()
    {
        _jobs.Do(Begin(1));
        var before = Assert.Single(_jobs.Decider.Pending(_jobs.State));
        Assert.Equal(before, Assert.Single(_jobs.Decider.Pending(Rebuilt())));
        Measure(1);
        _jobs.Now += TimeSpan.FromMinutes(1);
        Assert.Empty(Measure(1).Events);
    }

    [Fact]
    public void Topics_are_notified_once_when_a_large_inventory_has_been_measured()
    {
        _jobs.Do(new UpdateNotifications(1, VaultTopic));
        Assert.Empty(ActionsOf<NotifyTopic>(_jobs.Do(Begin(1, "arn:job")).Intents));
        _jobs.Now += TimeSpan.FromMinutes(1);
        Assert.Empty(_jobs.Wake().Events);
        var notices = ActionsOf<NotifyTopic>(Measure(1).Intents).Select(notify => notify.Notice).ToList();
        Assert.Equal(["arn:job", "arn:vault"], notices.Select(notice => notice.Topic));
        Assert.All(notices, notice => Assert.True(notice.Job.IsReady(_jobs.Now)));
        Assert.Empty(_jobs.Wake().Events);
    }

    [Fact]
    public void A_setting_that_arrives_while_an_inventory_is_measured_applies_to_it()
    {
        _jobs.Do(Begin(1));
        _jobs.Now += TimeSpan.FromMinutes(1);
        Assert.Empty(_jobs.Do(new UpdateNotifications(1, VaultTopic)).Intents);
        Assert.Empty(_jobs.Wake().Events);
        Assert.Single(ActionsOf<NotifyTopic>(Measure(1).Intents));
    }

    [Fact]
    public void The_compacted_history_has_jobs_before_and_after_they_were_measured()
    {
        _jobs.Do(Begin(1));
        _jobs.Do(Begin(2, "arn:job"));
        _jobs.Now += TimeSpan.FromSeconds(1);
        Measure(2);
        var rebuilt = Rebuilt();
        Assert.Equal(_jobs.Decider.CompactCount(_jobs.State), _jobs.Decider.Compact(_jobs.State).Count());
        Assert.Equal(_jobs.State.ByReadiness, rebuilt.ByReadiness);
        Assert.Equal(_jobs.State.Inventories, rebuilt.Inventories);
        Assert.Equal(_jobs.Decider.Pending(_jobs.State), _jobs.Decider.Pending(rebuilt));
    }

    [Fact]
    public void A_large_inventory_counts_as_an_inventory_job_and_its_repeated_start_changes_nothing()
    {
        var jobs = new DeciderDriver<JobsState, JobsCommand, JobsEvent>(
            new JobsDecider(new RetrievalPolicy(), new VaultLimits { Jobs = 20 }));
        jobs.Do(Begin(1));
        jobs.Do(Begin(2));
        Assert.True(jobs.Refused<Refusal.TooManyJobs>(Begin(3)).OfInventories);
        var again = jobs.Do(Begin(1));
        Assert.Empty(again.Events);
        Assert.Empty(again.Intents);
        jobs.Do((JobsCommand)Measured(1));
        jobs.Refused<Refusal.TooManyJobs>(Begin(3));
        Assert.IsType<InventoryJob>(jobs.Do(Begin(1)).Answer);
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
