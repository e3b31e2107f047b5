using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>Measures the output of inventory jobs by formatting it.</summary>
public sealed class InventoryMeter : IInventoryMeter
{
    /// <inheritdoc/>
    /// <remarks>Runs on the thread pool, because formatting would keep an entity's thread busy.</remarks>
    public async ValueTask<InventoryOutput> MeasureAsync(
        UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken) =>
        await Task.Run(
            () => InventoryWriter.MeasureAsync(pages, job.Format, job.VaultName, job.Inventory.TakenAt), cancellationToken);
}
