namespace OrleansUploads.Engine.Embedded;

/// <summary>Wakes the entities whose wake time has come: stale uploads expire, old records are deleted, and intents that a
/// crash interrupted are delivered.</summary>
/// <remarks>It scans durable state, so a missed tick only delays the work. All accounts share it, because only an upload knows its account:
/// waking an upload costs one write, which it shares with others, and the deletion of its bytes takes turns (<see
/// cref="Intents.IntentDelivery"/>).</remarks>
/// <param name="listDue">Lists entities that are due by an instant, earliest first, up to a limit.</param>
/// <param name="wake">Wakes an entity, or throws an <see cref="EntityUnavailableException"/>.</param>
public sealed class WakeScan(
    IServiceClock clock,
    Func<DateTimeOffset, int, CancellationToken, ValueTask<IReadOnlyList<EntityId>>> listDue,
    Func<EntityId, CancellationToken, ValueTask> wake)
{
    /// <summary>Entities that are woken together, so that their writes share a commit. A slow one delays none of its page.</summary>
    public const int AtOnce = 32;

    private const int PageSize = 256;

    public WakeScan(EmbeddedHost host, IWakeIndex index)
        : this(host.Clock, index.ListDueAsync, host.WakeAsync)
    {
    }

    /// <summary>Wakes all entities that are due now. Entities that cannot be woken stay due for the next scan.</summary>
    /// <returns>The number of entities that were woken.</returns>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        var dueBy = clock.Read().DueBy;
        var woken = 0;
        var damaged = 0;
        var stillDue = new HashSet<EntityId>();
        while (true)
        {
            // Entities that could not be woken come first in the next page again. Only those are remembered, because
            // millions of entities may be due at the same time.
            var due = await listDue(dueBy, PageSize + damaged, cancellationToken);
            stillDue.IntersectWith(due);
            var fresh = due.Where(stillDue.Add).ToList();
            if (fresh.Count == 0)
            {
                return woken;
            }

            var waking = new List<Task<EntityUnavailableException?>>(AtOnce);
            foreach (var entity in fresh)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (waking.Count == AtOnce)
                {
                    var ended = await Task.WhenAny(waking);
                    waking.Remove(ended);
                    Count(await ended);
                }

                waking.Add(WakeAsync(entity, cancellationToken));
            }

            foreach (var fault in await Task.WhenAll(waking))
            {
                Count(fault);
            }
        }

        void Count(EntityUnavailableException? fault)
        {
            woken += fault is null ? 1 : 0;

            // A damaged entity stays due until it is repaired, so it must not take a place in every page.
            damaged += fault?.InnerException is JournalDamagedException ? 1 : 0;
        }
    }

    /// <summary>Wakes an entity.</summary>
    /// <returns>Why it could not be woken, or null. It stays due, and the next scan tries again.</returns>
    private async Task<EntityUnavailableException?> WakeAsync(EntityId entity, CancellationToken cancellationToken)
    {
        try
        {
            await wake(entity, cancellationToken);
            return null;
        }
        catch (EntityUnavailableException fault)
        {
            return fault;
        }
    }
}
