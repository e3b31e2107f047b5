using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;

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
    /// <param name="inventory">The snapshot to list.</param>
    /// <param name="selection">Which of its archives to list.</param>
    /// <param name="maxArchives">The largest number of archives that are read before the job starts, usually <see
    /// cref="MaxArchivesMeasuredFirst"/>.</param>
    public static bool IsMeasuredFirst(InventorySnapshot inventory, InventorySelection selection, int maxArchives) =>
        (selection.Created == default && selection.Limit <= maxArchives) || inventory.Versions.Sum() <= maxArchives;

    /// <summary>The output is available for as long as that of other jobs, no matter how long measuring took. A job that has expired
    /// stays so: shards need not remember deleted archives for it any more.</summary>
    private static Decision<JobsEvent> ConfirmMeasured(JobsState state, ConfirmInventoryMeasured command, ServiceTime time)
    {
        if (command.Output is not { } output || FindUnexpired(state, command.Job, time) is not UnmeasuredInventory begun)
        {
            return Nothing;
        }

        var now = time.Now;
        var job = begun.WithOutput(output, begun.ReadyAt > now ? begun.ReadyAt : now);
        return AcceptJob(state, Done.Instance, job, new InventoryMeasured(job.Job, output, job.ReadyAt), now);
    }

    private static bool IsInventory(VaultJob job) => KindOf(job) == NotifiedJobs.InventoryRetrievals;

    private static Intent Measure(UnmeasuredInventory job) =>
        new($"measure/{job.Job}", new MeasureInventory(job), new ConfirmInventoryMeasured(job.Job));
}
