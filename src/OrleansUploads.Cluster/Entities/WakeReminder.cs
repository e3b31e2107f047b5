using Orleans.Timers;

namespace OrleansUploads.Cluster.Entities;

/// <summary>The reminder that wakes an entity. Every entity has at most one.</summary>
/// <param name="interval">The minimum time between two ticks.</param>
internal sealed class WakeReminder(IReminderRegistry registry, GrainId grain, TimeProvider time, TimeSpan interval)
{
    public const string Name = "wake";

    /// <summary>The maximum delay until the first tick. Orleans allows at most 49 days. Waking an entity early is harmless.</summary>
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(30);

    /// <summary>How long work that is due now may wait for a tick that is registered already. It is only left undone if the silo fails,
    /// and each registration is a call of another silo and a write.</summary>
    private readonly TimeSpan _patience = 3 * interval;

    private IGrainReminder? _registered;
    private DateTimeOffset? _nextTick;

    /// <summary>Ensures that a tick occurs soon after a wake time: at most one interval later, or three if the time has passed and a
    /// tick is registered already.</summary>
    public async ValueTask EnsureTickAsync(DateTimeOffset at)
    {
        var now = time.GetUtcNow();
        var latest = at > now ? at + interval : now + _patience;
        if (_nextTick is null || _nextTick > latest)
        {
            await RegisterAsync(at, now);
        }
    }

    /// <summary>Ensures that a new entity gets a tick at its wake time or soon, whichever is earlier. Most uploads end soon, and the tick
    /// then serves their completion too.</summary>
    public async ValueTask EnsureFirstTickAsync(DateTimeOffset at)
    {
        var soon = time.GetUtcNow() + _patience;
        await EnsureTickAsync(at < soon ? at : soon);
    }

    /// <summary>Reschedules the reminder after a tick was handled, or removes it.</summary>
    /// <param name="wakeAt">The entity's next wake time, or null for none.</param>
    public async ValueTask UpdateAfterTickAsync(DateTimeOffset? wakeAt)
    {
        var now = time.GetUtcNow();
        if (wakeAt is null)
        {
            _nextTick = null;
            var reminder = _registered ?? await registry.GetReminder(grain, Name);
            _registered = null;
            if (reminder is not null)
            {
                await registry.UnregisterReminder(grain, reminder);
            }
        }
        else if (wakeAt > now + (2 * interval))
        {
            await RegisterAsync(wakeAt.Value, now);
        }
        else
        {
            _nextTick = now + interval;
        }
    }

    private async ValueTask RegisterAsync(DateTimeOffset at, DateTimeOffset now)
    {
        var due = at - now;
        due = due < interval ? interval : due > MaxDelay ? MaxDelay : due;
        _registered = await registry.RegisterOrUpdateReminder(grain, Name, due, interval);
        _nextTick = now + due;
    }
}
