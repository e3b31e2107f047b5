using System.Threading.Channels;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Measures the output of inventory jobs, few at a time, because each reads the index of a large vault.</summary>
internal sealed class InventoryMeasurement(IEntityHost host, IInventoryMeter? meter)
{
    /// <summary>The maximum number of inventories that a process measures at the same time. Further jobs wait.</summary>
    public const int MaxAtOnce = 2;

    private readonly InventoryReader _inventories = new(host);
    private readonly Channel<int> _freeTurns = AllTurns();

    /// <summary>Measures the output of a job.</summary>
    /// <exception cref="EntityUnavailableException">A shard did not answer; a retry may succeed.</exception>
    public async ValueTask<InventoryOutput> MeasureAsync(UnmeasuredInventory job, CancellationToken cancellationToken)
    {
        if (meter is null)
        {
            throw new InvalidOperationException($"This process cannot measure the inventory of job {job.Job}: it has no front.");
        }

        // Unlike a semaphore that can be canceled, the channel continues on the scheduler of the caller.
        var turn = await _freeTurns.Reader.ReadAsync(cancellationToken);
        try
        {
            var pages = _inventories.ReadAsync(job.Inventory, job.Selection, cancellationToken);
            return await meter.MeasureAsync(job, pages, cancellationToken);
        }
        finally
        {
            _freeTurns.Writer.TryWrite(turn);
        }
    }

    private static Channel<int> AllTurns()
    {
        var turns = Channel.CreateUnbounded<int>();
        for (var turn = 0; turn < MaxAtOnce; turn++)
        {
            turns.Writer.TryWrite(turn);
        }

        return turns;
    }
}
