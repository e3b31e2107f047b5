using Orleans.Timers;

namespace OrleansUploads.Cluster.Entities;

/// <summary>The one reminder of an entity.</summary>
/// <param name="registry">Where reminders are.</param>
/// <param name="grain">The entity's grain.</param>
/// <param name="time">The clock.</param>
/// <param name="interval">The shortest time between two ticks.</param>
internal sealed class WakeReminder(IReminderRegistry registry, GrainId grain, TimeProvider time, TimeSpan interval)
{
    /// <summary>The name under which it is registered.</summary>
    public const string Name = "wake";

    /// <summary>Reminders reach no further than 49 days; being woken early is harmless.</summary>
    private static readonly TimeSpan Farthest = TimeSpan.FromDays(30);

    private IGrainReminder? _registered;
    private DateTimeOffset? _nextTick;

    /// <summary>Makes sure that a tick comes at most one interval after an instant.</summary>
    public async ValueTask CoverAsync(DateTimeOffset at)
    {
        var now = time.GetUtcNow();
        var wanted = (at > now ? at : now) + interval;
        if (_nextTick is null || _nextTick > wanted)
        {
            await RegisterAsync(at, now);
        }
    }

    /// <summary>A tick has been acted upon: looks forward to the next wake time, or to nothing.</summary>
    /// <param name="wakeAt">When the entity wants to be woken now; null for never.</param>
    public async ValueTask SettleAsync(DateTimeOffset? wakeAt)
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
        due = due < interval ? interval : due > Farthest ? Farthest : due;
        _registered = await registry.RegisterOrUpdateReminder(grain, Name, due, interval);
        _nextTick = now + due;
    }
}
