using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

public abstract record JobsCommand : ICommand
{
    private protected JobsCommand()
    {
    }
}

public abstract record JobStart : JobsCommand
{
    private protected JobStart()
    {
    }

    public abstract JobId Job { get; init; }
}

/// <summary>Starts the retrieval of an archive.</summary>
/// <param name="Range">Null for the whole archive.</param>
/// <param name="RangeTreeHash">Null if the range has none.</param>
/// <param name="Retirements">The answer of <see cref="CountRetirements"/> before this archive was looked up; null is treated
/// as 0.</param>
[Named("start-retrieval.1")]
public sealed record StartRetrieval(
    JobId Job, ArchiveEntry Archive, PartRange? Range, TreeHash? RangeTreeHash, JobOptions Wish, long? Retirements = null)
    : JobStart, ICommand<RetrievalJob>;

/// <summary>Starts the retrieval of an inventory whose output has been measured, with the members of the <see
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

/// <summary>Starts the retrieval of an inventory whose output is measured later, with the members of the <see
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

/// <summary>Counts the retirements. To start a retrieval, count first and look the archive up afterwards.</summary>
[Named("count-retirements.1")]
public sealed record CountRetirements : JobsCommand, ICommand<Retirements>;

/// <summary>Refuses new retrievals of a deleted archive from now on; sent by the archive's shard. The answer waits until the
/// upload knows how long the bytes are still needed.</summary>
[Named("retire-archive.1")]
public sealed record RetireArchive(ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt)
    : JobsCommand, ICommand<Done>, IRequiresFreshState;

public sealed record ConfirmRetirementDelivered(long Number) : JobsCommand, ICommand<Done>;

/// <summary>The number of archives that were retired in the vault's incarnation.</summary>
/// <param name="Full">The limit that another job would exceed, or null if the vault has room for one.</param>
[Named("retirements.1")]
public sealed record Retirements(long Count, JobsFull? Full = null) : IAnswer;

/// <summary>A vault has as many jobs as it may have. The next one expires at <paramref name="NextExpiresAt"/>.</summary>
public sealed record JobsFull(int Limit, DateTimeOffset NextExpiresAt)
{
    public Refusal ToRefusal() => new Refusal.TooManyJobs(Limit, OfInventories: false, NextExpiresAt);
}

[Named("find-job.1")]
public sealed record FindJob(JobId Job) : JobsCommand, ICommand<VaultJob>;

/// <summary>Finds a job if its output is available now.</summary>
[Named("find-finished-job.1")]
public sealed record FindFinishedJob(JobId Job) : JobsCommand, ICommand<VaultJob>;

/// <summary>Lists jobs by creation time, after one of them.</summary>
/// <param name="After">Null to start at the beginning.</param>
/// <param name="Limit">At least 1.</param>
/// <param name="Finished">True for finished jobs only, false for unfinished jobs only, null for both.</param>
[Named("list-jobs.1")]
public sealed record ListJobs(JobCursor? After, int Limit, bool? Finished) : JobsCommand, ICommand<JobsPage>;

public readonly record struct JobCursor(DateTimeOffset CreatedAt, JobId Job)
{
    /// <summary>The order of the list: by creation time, then by ID.</summary>
    public static IComparer<JobCursor> Order { get; } = Comparer<JobCursor>.Create(static (left, right) =>
    {
        var byTime = left.CreatedAt.CompareTo(right.CreatedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(left.Job.ToString(), right.Job.ToString());
    });
}

/// <summary>A page of a vault's jobs, by creation time.</summary>
/// <param name="AsOf">Jobs that are ready by then count as finished.</param>
[Named("jobs-page.1")]
public sealed record JobsPage(IReadOnlyList<VaultJob> Jobs, DateTimeOffset AsOf, bool HasMore) : IAnswer;

/// <summary>Updates the vault's notification setting; sent by the vault.</summary>
/// <param name="Version">Version of the setting; a higher version replaces a lower one.</param>
/// <param name="Notifications">The setting, or null if it was cleared.</param>
[Named("update-notifications.1")]
public sealed record UpdateNotifications(long Version, VaultNotifications? Notifications)
    : JobsCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a topic's receiver has accepted a notice.</summary>
public sealed record ConfirmNoticeSent(JobId Job, string Topic) : JobsCommand, ICommand<Done>;

/// <summary>Options that the caller set for a job.</summary>
/// <param name="Topic">The topic to notify, or null for none.</param>
public sealed record JobOptions(Description Description, string? Topic, RetrievalTier Tier);

/// <summary>Determines the output of an inventory job, which reads all archives that it lists. The verdict is an <see
/// cref="InventoryOutput"/>, the same each time.</summary>
public sealed record MeasureInventory(UnmeasuredInventory Job) : IntentAction;

public sealed record ConfirmInventoryMeasured(JobId Job, InventoryOutput Output) : JobsCommand, ICommand<Done>;

/// <summary>Sends a notice about a finished job to an external topic. Retries stop once the jobs entity has abandoned the
/// notice.</summary>
public sealed record NotifyTopic(JobNotice Notice) : IntentAction;

/// <summary>A job that retrieves an inventory whose output has not been measured. It becomes an <see cref="InventoryJob"/>
/// when it has. <paramref name="VaultName"/> is for the output.</summary>
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
    public override bool IsReady(DateTimeOffset now) => false;

    public InventoryJob WithOutput(InventoryOutput output, DateTimeOffset readyAt) =>
        new(Job, Inventory, Selection, Format, output, Wish, CreatedAt, readyAt);
}
