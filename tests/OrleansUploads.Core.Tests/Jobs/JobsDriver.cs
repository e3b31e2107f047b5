namespace OrleansUploads.Core.Tests.Jobs;

public class JobsDriver(
    RetrievalPolicy retrievals, VaultLimits? limits = null, int remembered = JobsDecider.DefaultRememberedRetirements)
    : DeciderDriver<JobsState, JobsCommand, JobsEvent>(new JobsDecider(retrievals, limits, remembered))
{
    protected static readonly InventoryOutput Output = new("the vault", 123, Some.Archive(2).Archive);

    protected static JobId Job(int number) => JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number));

    protected static JobOptions Wish(string? topic = null, RetrievalTier tier = RetrievalTier.Standard) =>
        new(Description.None, topic, tier);

    protected static InventorySnapshot Snapshot(params long[] versions) => new(Some.Incarnation, Some.Noon, versions);

    protected static StartRetrieval Retrieval(int number, string? topic = null, int archive = 1, long? retirements = null) =>
        new(Job(number), Some.Archive(archive), null, null, Wish(topic), retirements);

    protected static StartInventory Inventory(int number, string? topic = null) => new(
        Job(number),
        Snapshot(new long[Some.Incarnation.Shards]),
        new InventorySelection(default, null, null),
        InventoryFormat.Json,
        Output,
        Wish(topic));

    protected void IsReady(int job) => Ask(new FindFinishedJob(Job(job)));

    protected void IsNotReady(int job) => Refused<Refusal.JobNotReady>(new FindFinishedJob(Job(job)));

    protected void IsGone(int job) => Refused<Refusal.JobNotFound>(new FindJob(Job(job)));

    protected IEnumerable<JobId> Listed(int limit = 9, bool? finished = null, JobCursor? after = null) =>
        Ask(new ListJobs(after, limit, finished)).Jobs.Select(job => job.Job);

    protected static IEnumerable<JobNotice> NoticesIn(IEnumerable<Intent> intents) =>
        intents.Select(intent => intent.Action).OfType<NotifyTopic>().Select(notify => notify.Notice);
}
