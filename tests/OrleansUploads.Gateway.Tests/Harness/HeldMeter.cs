using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>Measures inventories when the test releases them.</summary>
internal sealed class HeldMeter : IInventoryMeter
{
    private readonly InventoryMeter _meter = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _released.SetResult();

    public async ValueTask<InventoryOutput> MeasureAsync(
        UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken)
    {
        await _released.Task.WaitAsync(cancellationToken);
        return await _meter.MeasureAsync(job, pages, cancellationToken);
    }
}
