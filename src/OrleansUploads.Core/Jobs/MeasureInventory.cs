using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Jobs;

/// <summary>Determines the output of an inventory job, which reads all archives that it lists. The verdict is an <see
/// cref="InventoryOutput"/>, the same each time.</summary>
/// <param name="Job">The job.</param>
public sealed record MeasureInventory(UnmeasuredInventory Job) : IntentAction
{
    /// <summary>Always false: the caller already has the job's ID, and asks later whether the job has finished.</summary>
    public override bool IsAwaited => false;
}

/// <summary>Confirms that the output of an inventory job has been measured.</summary>
/// <param name="Job">The job.</param>
/// <param name="Output">The output.</param>
public sealed record ConfirmInventoryMeasured(JobId Job, InventoryOutput? Output = null)
    : JobsCommand, ICommand<Done>, IVerdictConfirmation
{
    /// <inheritdoc/>
    public ICommand Carrying(object verdict) => this with { Output = (InventoryOutput)verdict };
}
