using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Writes inventories. The text is not stored: it is generated once to learn its length, and again for each
/// reader.</summary>
internal sealed class InventoryWriter(InventoryReader inventories)
{
    /// <summary>Determines the length of a job's output and the last archive in it.</summary>
    /// <exception cref="EntityUnavailableException">A shard did not answer; a retry may succeed.</exception>
    public Task<InventoryOutput> MeasureAsync(
        InventorySnapshot inventory,
        InventorySelection selection,
        InventoryFormat format,
        string vaultName,
        CancellationToken cancellationToken) =>
        MeasureAsync(inventories.ReadAsync(inventory, selection, cancellationToken), format, vaultName, inventory.TakenAt);

    /// <summary>Determines the length of the output for all archives of a job.</summary>
    public static async Task<InventoryOutput> MeasureAsync(
        IAsyncEnumerable<ArchivesPage> pages, InventoryFormat format, string vaultName, DateTimeOffset takenAt)
    {
        using var text = InventoryFormatter.Begin(format, vaultName, takenAt);
        ArchiveId? last = null;
        var sizeBytes = 0L;
        await foreach (var page in pages)
        {
            sizeBytes += text.Format(page.Archives).Length;
            last = page.HasMore ? page.Archives[^1].Archive : null;
        }

        return new InventoryOutput(vaultName, sizeBytes + text.End().Length, last);
    }

    /// <summary>Copies a range of a job's output, which lies within it.</summary>
    /// <exception cref="InvalidOperationException">The output no longer has its recorded length; less than the range was copied.
    /// </exception>
    public async ValueTask CopyAsync(
        InventoryJob job, PartRange range, Stream destination, CancellationToken cancellationToken)
    {
        using var text = InventoryFormatter.Begin(job.Format, job.Output.VaultName, job.Inventory.TakenAt);
        var position = 0L;
        await foreach (var page in inventories.ReadAsync(job.Inventory, job.Selection, cancellationToken))
        {
            await CopyAsync(text.Format(page.Archives));
            if (position > range.LastByte)
            {
                return;
            }
        }

        await CopyAsync(text.End());
        if (position != job.Output.SizeBytes)
        {
            throw new InvalidOperationException(
                $"The output of job {job.Job} has {position} bytes, but its recorded length is {job.Output.SizeBytes}.");
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

public sealed class InventoryMeter : IInventoryMeter
{
    /// <summary>Runs on the thread pool, because formatting would keep an entity's thread busy.</summary>
    public async ValueTask<InventoryOutput> MeasureAsync(
        UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken) =>
        await Task.Run(
            () => InventoryWriter.MeasureAsync(pages, job.Format, job.VaultName, job.Inventory.TakenAt), cancellationToken);
}
