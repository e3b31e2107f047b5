using System.Runtime.CompilerServices;
using OrleansUploads.Cli.Jobs;

namespace OrleansUploads.Cli.Archives;

/// <summary>The current inventory of a vault: starts a job for it, waits, and reads its output.</summary>
internal sealed class Inventory(Session session)
{
    public async IAsyncEnumerable<InventoryEntry> ReadAsync(
        string vault, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var client = session.Connection.Transfers;
        var jobId = await session.Connection.Client.InitiateInventoryRetrievalAsync(vault, cancellationToken: cancellationToken);
        await new JobWait(client, session.Printer, TimeProvider.System).RunAsync(vault, jobId, cancellationToken);
        await foreach (var entry in client.ReadInventoryAsync(vault, jobId, cancellationToken))
        {
            yield return entry;
        }
    }
}
