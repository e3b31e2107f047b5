using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Engine.Ports;

/// <summary>Measures the output of inventory jobs. The front that formats the output knows its length.</summary>
public interface IInventoryMeter
{
    /// <summary>Measures the output of a job. The same archives always give the same output.</summary>
    /// <param name="pages">All archives that the job lists, in order. Each page is formatted before the next one is read.</param>
    /// <param name="cancellationToken">Canceled when the host stops.</param>
    /// <returns>The output. Any exception means that it is not known, and the job is measured again.</returns>
    ValueTask<InventoryOutput> MeasureAsync(
        UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken);
}
