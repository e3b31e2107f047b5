using System.Runtime.CompilerServices;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Simulation.Inventories;

/// <summary>Measures as the front does, on the thread of the world. It takes its time and fails.</summary>
internal sealed class SlowMeter(SimulatedWorld world, int process, TimeProvider clock) : IInventoryMeter
{
    public async ValueTask<InventoryOutput> MeasureAsync(
        UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken)
    {
        var fails = world.Faults.Chance(world.Options.MeterFails);
        var output = await InventoryWriter.MeasureAsync(
            SlowlyAsync(pages, cancellationToken), job.Format, job.VaultName, job.Inventory.TakenAt);
        if (fails)
        {
            world.Fault(process, "measurement fails", job.Wish.Description.ToString());
            throw new IOException("The simulated front fails.");
        }

        return output;
    }

    private async IAsyncEnumerable<ArchivesPage> SlowlyAsync(
        IAsyncEnumerable<ArchivesPage> pages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in pages)
        {
            await Task.Delay(world.Faults.Milliseconds(0, world.Options.SlowMilliseconds), clock, cancellationToken);
            yield return page;
        }
    }
}
