using OrleansUploads.Core;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Reclaim;

/// <summary>Wakes the entities whose time has come: stale uploads expire, old records are forgotten, and what a crash left
/// undelivered is delivered.</summary>
/// <remarks>It scans durable state, so a tick that is lost costs only time.</remarks>
public sealed class WakeScan(EmbeddedHost host, IWakeIndex index, TimeProvider time)
{
    private const int PageSize = 256;

    /// <summary>Wakes all entities that are due now.</summary>
    /// <returns>How many were woken.</returns>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var woken = 0;
        var stillDue = new HashSet<EntityId>();
        while (true)
        {
            // Whatever stays due, because it could not be woken, is the earliest again. Only that is remembered: millions may
            // be due at once.
            var due = await index.ListDueAsync(now, PageSize, cancellationToken);
            stillDue.IntersectWith(due);
            var fresh = due.Where(stillDue.Add).ToList();
            if (fresh.Count == 0)
            {
                return woken;
            }

            foreach (var entity in fresh)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    await host.WakeAsync(entity, cancellationToken);
                    woken++;
                }
                catch (EntityUnavailableException)
                {
                    // It stays due; the next scan tries again.
                }
            }
        }
    }
}
