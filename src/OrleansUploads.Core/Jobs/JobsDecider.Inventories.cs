using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Messages.Jobs;
using OrleansUploads.Core.Messages.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <content>Inventory jobs. The output of a large inventory is measured after its job has been accepted.</content>
public sealed partial class JobsDecider
{
    /// <summary>The largest number of archives whose inventory is measured before its job starts. It takes some
    /// milliseconds.</summary>
    public const int MaxArchivesMeasuredFirst = 1000;

    /// <summary>Whether the output of an inventory is measured before its job starts, so that the job can finish at once.</summary>
    /// <remarks>The versions of the shards count additions and deletions, so a snapshot has at most as many archives as their sum.
    /// Without a window, reading ends at the limit of the selection.</remarks>
    public static bool IsMeasuredFirst(InventorySnapshot inventory, InventorySelection selection) =>
        (selection.Created == default && selection.Limit <= MaxArchivesMeasuredFirst)
        || inventory.Versions.Sum() <= MaxArchivesMeasuredFirst;

    /// <summary>The output is available for as long as that of other jobs, no matter how long measuring took.</summary>
    private static Decision<JobsEvent> ConfirmMeasured(JobsState state, ConfirmInventoryMeasured command, DateTimeOffset now)
    {
        if (command.Output is not { } output || state.ById.GetValueOrDefault(command.Job) is not UnmeasuredInventory begun)
        {
            return Nothing;
        }

        var job = begun.WithOutput(output, begun.ReadyAt > now ? begun.ReadyAt : now);
        return AcceptJob(state, Done.Instance, job, new InventoryMeasured(job.Job, output, job.ReadyAt), now);
    }

    private static bool IsInventory(VaultJob job) => KindOf(job) == NotifiedJobs.InventoryRetrievals;

    private static Intent Measure(UnmeasuredInventory job) =>
        new($"measure/{job.Job}", new MeasureInventory(job), new ConfirmInventoryMeasured(job.Job));
}
