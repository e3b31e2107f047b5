using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Retrieval;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>Prints inventories. Nothing of a text is kept: it is made once to learn its length, and again for each reader.
/// </summary>
internal sealed class InventoryPrinter(InventoryReader inventories)
{
    /// <summary>Finds out what a job would put out.</summary>
    public async ValueTask<InventoryOutput> MeasureAsync(
        InventoryCut inventory,
        InventorySelection selection,
        InventoryFormat format,
        string vaultName,
        CancellationToken cancellationToken)
    {
        using var text = InventoryText.Begin(format, vaultName, inventory.TakenAt);
        ArchiveId? last = null;
        var sizeBytes = 0L;
        await foreach (var page in inventories.ReadAsync(inventory, selection, cancellationToken))
        {
            sizeBytes += text.Print(page.Archives).Length;
            last = page.HasMore ? page.Archives[^1].Archive : null;
        }

        return new InventoryOutput(vaultName, sizeBytes + text.End().Length, last);
    }

    /// <summary>Copies a range of a job's output.</summary>
    /// <param name="job">The job.</param>
    /// <param name="range">The bytes that are wanted; inside the output.</param>
    /// <param name="destination">Gets them.</param>
    /// <param name="cancellationToken">The reader is gone.</param>
    /// <exception cref="InvalidOperationException">The output is not as long as it was; less than the range was copied.
    /// </exception>
    public async Task CopyAsync(
        InventoryJob job, PartRange range, Stream destination, CancellationToken cancellationToken)
    {
        using var text = InventoryText.Begin(job.Format, job.Output.VaultName, job.Inventory.TakenAt);
        var position = 0L;
        await foreach (var page in inventories.ReadAsync(job.Inventory, job.Selection, cancellationToken))
        {
            await CopyAsync(text.Print(page.Archives));
            if (position > range.LastByte)
            {
                return;
            }
        }

        await CopyAsync(text.End());
        if (position != job.Output.SizeBytes)
        {
            throw new InvalidOperationException(
                $"The output of job {job.Job} has {position} bytes, and it had {job.Output.SizeBytes}.");
        }

        async ValueTask CopyAsync(ReadOnlyMemory<byte> piece)
        {
            var from = Math.Clamp(range.FirstByte - position, 0, piece.Length);
            var end = Math.Clamp(range.LastByte + 1 - position, 0, piece.Length);
            position += piece.Length;
            if (from < end)
            {
                await destination.WriteAsync(piece[(int)from..(int)end], cancellationToken);
            }
        }
    }
}
