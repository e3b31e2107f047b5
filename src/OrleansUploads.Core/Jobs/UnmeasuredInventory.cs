using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>A job that retrieves an inventory whose output has not been measured. It becomes an <see cref="InventoryJob"/> when it
/// has.</summary>
/// <param name="Job">Its ID.</param>
/// <param name="Inventory">The inventory snapshot to list.</param>
/// <param name="Selection">Which of its archives to list.</param>
/// <param name="Format">The format of the output.</param>
/// <param name="VaultName">The vault's name in the output.</param>
/// <param name="Wish">The caller's options.</param>
/// <param name="CreatedAt">When the job was initiated.</param>
/// <param name="ReadyAt">The earliest time at which the output becomes available.</param>
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

    /// <summary>The job with its output.</summary>
    /// <param name="output">The output.</param>
    /// <param name="readyAt">When the output becomes available.</param>
    public InventoryJob WithOutput(InventoryOutput output, DateTimeOffset readyAt) =>
        new(Job, Inventory, Selection, Format, output, Wish, CreatedAt, readyAt);
}
