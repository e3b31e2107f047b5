using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Engine.Intents;

/// <summary>Measures the output of inventory jobs, few at a time, because each reads the index of a large vault. Accounts take turns, also
/// page by page, and jobs with the same output share one measurement.</summary>
/// <remarks>What waits is bounded by the number of inventory jobs that vaults may have.</remarks>
internal sealed class InventoryMeasurement(IEntityHost host, IInventoryMeter? meter)
{
    /// <summary>The maximum number of inventories that a process measures at the same time, one for each account. Further jobs
    /// wait.</summary>
    public const int MaxAtOnce = 2;

    private readonly InventoryReader _inventories = new(host);
    private readonly FairTurns<AccountId> _turns = new(MaxAtOnce, perAccount: 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<InventoryText, Task<InventoryOutput>> _pending = [];

    /// <summary>Measures the output of a job.</summary>
    /// <exception cref="EntityUnavailableException">A shard did not answer; a retry may succeed.</exception>
    public async ValueTask<InventoryOutput> MeasureAsync(UnmeasuredInventory job, CancellationToken cancellationToken)
    {
        if (meter is null)
        {
            throw new InvalidOperationException($"This process cannot measure the inventory of job {job.Job}: it has no front.");
        }

        var text = InventoryText.Of(job);
        while (true)
        {
            var own = new TaskCompletionSource<InventoryOutput>(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<InventoryOutput> pending;
            lock (_gate)
            {
                if (!_pending.TryGetValue(text, out pending!))
                {
                    _pending.Add(text, pending = own.Task);
                }
            }

            if (pending == own.Task)
            {
                await MeasureAsync(job, text, meter, own, cancellationToken);
            }

            try
            {
                return await pending;
            }
            catch (OperationCanceledException) when (pending.IsCanceled && !cancellationToken.IsCancellationRequested)
            {
                // The job that measured has stopped, and this one goes on.
            }
        }
    }

    private async ValueTask MeasureAsync(
        UnmeasuredInventory job,
        InventoryText text,
        IInventoryMeter meter,
        TaskCompletionSource<InventoryOutput> result,
        CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await _turns.TakeAsync(job.Inventory.Incarnation.Id.Account, cancellationToken);
            var pages = _inventories.ReadAsync(job.Inventory, job.Selection, cancellationToken, turn.StepAsync);
            var output = await meter.MeasureAsync(job, pages, cancellationToken);
            End(text);
            result.SetResult(output);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            End(text);
            result.SetCanceled(cancellationToken);
        }
        catch (Exception fault)
        {
            End(text);
            result.SetException(fault);
        }
    }

    private void End(InventoryText text)
    {
        lock (_gate)
        {
            _pending.Remove(text);
        }
    }

    /// <summary>All that the output of a job depends on.</summary>
    private sealed record InventoryText(
        InventorySnapshot Inventory, InventorySelection Selection, InventoryFormat Format, string VaultName)
    {
        public static InventoryText Of(UnmeasuredInventory job) => new(job.Inventory, job.Selection, job.Format, job.VaultName);

        public bool Equals(InventoryText? other) => other is not null
            && Format == other.Format
            && VaultName == other.VaultName
            && Selection == other.Selection
            && Inventory.Incarnation == other.Inventory.Incarnation
            && Inventory.TakenAt == other.Inventory.TakenAt
            && Inventory.Versions.SequenceEqual(other.Inventory.Versions);

        public override int GetHashCode() => HashCode.Combine(Inventory.Incarnation, Inventory.TakenAt, Selection, Format);
    }
}
