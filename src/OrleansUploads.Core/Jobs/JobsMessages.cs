using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>Commands of a vault's jobs.</summary>
public abstract record JobsCommand : ICommand
{
    private protected JobsCommand()
    {
    }
}

/// <summary>A command that starts a job.</summary>
public abstract record JobStart : JobsCommand
{
    private protected JobStart()
    {
    }

    /// <summary>A new, unused ID.</summary>
    public abstract JobId Job { get; init; }
}

/// <summary>Starts the retrieval of an archive.</summary>
/// <param name="Job">A new, unused ID.</param>
/// <param name="Archive">The archive's entry in the index.</param>
/// <param name="Range">The bytes to retrieve, or null for the whole archive.</param>
/// <param name="RangeTreeHash">Tree hash of these bytes, or null if the range has none.</param>
/// <param name="Wish">The caller's options.</param>
/// <param name="Retirements">Number of archives that had been retired before this one was looked up, as returned by <see
/// cref="CountRetirements"/>; null is treated as 0.</param>
[Named("start-retrieval.1")]
public sealed record StartRetrieval(
    JobId Job, ArchiveEntry Archive, PartRange? Range, TreeHash? RangeTreeHash, JobOptions Wish, long? Retirements = null)
    : JobStart, ICommand<RetrievalJob>;

/// <summary>Starts the retrieval of an inventory whose output has been measured. The members are those of the <see
/// cref="InventoryJob"/>.</summary>
[Named("start-inventory.1")]
public sealed record StartInventory(
    JobId Job,
    InventorySnapshot Inventory,
    InventorySelection Selection,
    InventoryFormat Format,
    InventoryOutput Output,
    JobOptions Wish)
    : JobStart, ICommand<InventoryJob>;

/// <summary>Starts the retrieval of an inventory whose output is measured later. The members are those of the <see
/// cref="UnmeasuredInventory"/>.</summary>
[Named("begin-inventory.1")]
public sealed record BeginInventory(
    JobId Job,
    InventorySnapshot Inventory,
    InventorySelection Selection,
    InventoryFormat Format,
    string VaultName,
    JobOptions Wish)
    : JobStart, ICommand<VaultJob>;

/// <summary>Returns the number of retired archives. To start a retrieval, send this command first and look the archive up
/// afterwards.</summary>
[Named("count-retirements.1")]
public sealed record CountRetirements : JobsCommand, ICommand<Retirements>;

/// <summary>Refuses new retrievals of a deleted archive from now on; sent by the archive's shard. The answer waits until the
/// upload knows how long the bytes are still needed.</summary>
[Named("retire-archive.1")]
public sealed record RetireArchive(ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt)
    : JobsCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a retirement was delivered to the archive's upload.</summary>
public sealed record ConfirmRetirementDelivered(long Number) : JobsCommand, ICommand<Done>;

/// <summary>The number of retired archives.</summary>
/// <param name="Count">Total number in the vault's incarnation.</param>
/// <param name="Full">The limit that another job would exceed, or null if the vault has room for one.</param>
[Named("retirements.1")]
public sealed record Retirements(long Count, JobsFull? Full = null) : IAnswer;

/// <summary>A vault has as many jobs as it may have.</summary>
/// <param name="Limit">The maximum number of jobs.</param>
/// <param name="NextExpiresAt">When a job expires and makes room.</param>
public sealed record JobsFull(int Limit, DateTimeOffset NextExpiresAt)
{
    /// <summary>The refusal of another job.</summary>
    public Refusal ToRefusal() => new Refusal.TooManyJobs(Limit, OfInventories: false, NextExpiresAt);
}

/// <summary>Returns a job.</summary>
[Named("find-job.1")]
public sealed record FindJob(JobId Job) : JobsCommand, ICommand<VaultJob>;

/// <summary>Returns a job if its output is available now.</summary>
[Named("find-finished-job.1")]
public sealed record FindFinishedJob(JobId Job) : JobsCommand, ICommand<VaultJob>;

/// <summary>Lists jobs by creation time.</summary>
/// <param name="After">Lists only jobs after this position; null to start at the beginning.</param>
/// <param name="Limit">Maximum number of jobs to list; at least 1.</param>
/// <param name="Finished">True for finished jobs only, false for unfinished jobs only, null for both.</param>
[Named("list-jobs.1")]
public sealed record ListJobs(JobCursor? After, int Limit, bool? Finished) : JobsCommand, ICommand<JobsPage>;

/// <summary>A position in the list of jobs.</summary>
public readonly record struct JobCursor(DateTimeOffset CreatedAt, JobId Job)
{
    /// <summary>The order of the list: by creation time, then by ID.</summary>
    public static IComparer<JobCursor> Order { get; } = Comparer<JobCursor>.Create(static (left, right) =>
    {
        var byTime = left.CreatedAt.CompareTo(right.CreatedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(left.Job.ToString(), right.Job.ToString());
    });
}

/// <summary>A page of a vault's jobs.</summary>
/// <param name="Jobs">The jobs, by creation time.</param>
/// <param name="AsOf">The time of the list; jobs that are ready by then count as finished.</param>
/// <param name="HasMore">Whether more jobs follow.</param>
[Named("jobs-page.1")]
public sealed record JobsPage(IReadOnlyList<VaultJob> Jobs, DateTimeOffset AsOf, bool HasMore) : IAnswer;

/// <summary>Updates the vault's notification setting; sent by the vault.</summary>
/// <param name="Version">Version of the setting; a higher version replaces a lower one.</param>
/// <param name="Notifications">The setting, or null if it was cleared.</param>
[Named("update-notifications.1")]
public sealed record UpdateNotifications(long Version, VaultNotifications? Notifications)
    : JobsCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a topic's receiver has accepted the notice about a finished job.</summary>
public sealed record ConfirmNoticeSent(JobId Job, string Topic) : JobsCommand, ICommand<Done>;

/// <summary>Options that the caller set for a job.</summary>
/// <param name="Description">The job's description.</param>
/// <param name="Topic">Name of the topic to notify, or null for none.</param>
/// <param name="Tier">The retrieval tier.</param>
public sealed record JobOptions(Description Description, string? Topic, RetrievalTier Tier);

/// <summary>Determines the output of an inventory job, which reads all archives that it lists. The verdict is an <see
/// cref="InventoryOutput"/>, the same each time.</summary>
public sealed record MeasureInventory(UnmeasuredInventory Job) : IntentAction
{
    /// <summary>Always false: the caller already has the job's ID, and asks later whether the job has finished.</summary>
    public override bool IsAwaited => false;
}

/// <summary>Confirms that the output of an inventory job has been measured.</summary>
public sealed record ConfirmInventoryMeasured(JobId Job, InventoryOutput Output) : JobsCommand, ICommand<Done>;

/// <summary>Sends a notice about a finished job to an external topic. Retries stop once the jobs entity has abandoned the
/// notice.</summary>
public sealed record NotifyTopic(JobNotice Notice) : IntentAction
{
    /// <summary>Always false, because a topic's receiver may be permanently unavailable.</summary>
    public override bool IsAwaited => false;
}

/// <summary>A job that retrieves an inventory whose output has not been measured. It becomes an <see cref="InventoryJob"/> when it
/// has. The vault's name is that in the output.</summary>
[Named("unmeasured-inventory.1")]
public sealed record UnmeasuredInventory(
    JobId Job,
    InventorySnapshot Inventory,
    InventorySelection Selection,
    InventoryFormat Format,
    string VaultName,
    JobOptions Wish,
    DateTimeOffset CreatedAt,
    DateTimeOffset ReadyAt) : VaultJob
{
    /// <inheritdoc/>
    public override bool IsReady(DateTimeOffset now) => false;

    /// <summary>The job with its output, which becomes available at an instant.</summary>
    public InventoryJob WithOutput(InventoryOutput output, DateTimeOffset readyAt) =>
        new(Job, Inventory, Selection, Format, output, Wish, CreatedAt, readyAt);
}
