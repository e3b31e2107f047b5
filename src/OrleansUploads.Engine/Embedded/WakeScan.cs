namespace OrleansUploads.Engine.Embedded;

/// <summary>Wakes the entities whose wake time has come: stale uploads expire, old records are deleted, and intents that a
/// crash interrupted are delivered.</summary>
/// <remarks>It scans durable state, so a missed tick only delays the work.</remarks>
public sealed class WakeScan(EmbeddedHost host, IWakeIndex index)
{
    private const int PageSize = 256;

    /// <summary>Wakes all entities that are due now. Entities that cannot be woken stay due for the next scan.</summary>
    /// <returns>The number of entities that were woken.</returns>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        var dueBy = host.Clock.Read().DueBy;
        var woken = 0;
        var damaged = 0;
        var stillDue = new HashSet<EntityId>();
        while (true)
        {
            // Entities that could not be woken come first in the next page again. Only those are remembered, because
            // millions of entities may be due at the same time.
            var due = await index.ListDueAsync(dueBy, PageSize + damaged, cancellationToken);
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
                catch (EntityUnavailableException fault)
                {
                    // The entity stays due; the next scan tries again. A damaged one stays due for ever, so it must not take the place
                    // of others in the pages.
                    damaged += fault.InnerException is JournalDamagedException ? 1 : 0;
                }
            }
        }
    }
}
