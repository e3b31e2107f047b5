namespace OrleansUploads.Simulation.World;

internal sealed class WorldClock
{
    private readonly PriorityQueue<Alarm, (long DueTicks, long Order)> _alarms = new();
    private long _order;

    public static DateTimeOffset StartAt { get; } = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; private set; } = StartAt;

    public Alarm After(TimeSpan delay, Action ring)
    {
        var alarm = new Alarm(Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), ring);
        _alarms.Enqueue(alarm, (alarm.DueAt.Ticks, _order++));
        return alarm;
    }

    /// <summary>Moves to the next alarm that is due by an instant, and rings it.</summary>
    /// <returns>Whether there was one.</returns>
    public bool RingNext(DateTimeOffset by)
    {
        while (_alarms.TryPeek(out var alarm, out _))
        {
            if (alarm.IsCancelled)
            {
                _alarms.Dequeue();
                continue;
            }

            if (alarm.DueAt > by)
            {
                return false;
            }

            _alarms.Dequeue();
            Now = alarm.DueAt > Now ? alarm.DueAt : Now;
            alarm.Ring();
            return true;
        }

        return false;
    }

    /// <summary>Lets time pass without running anything, like a suspended machine.</summary>
    public void Jump(TimeSpan by) => Now += by;

    /// <summary>Advances to an instant before which nothing is due.</summary>
    public void MoveTo(DateTimeOffset instant) => Now = instant > Now ? instant : Now;

    internal sealed class Alarm(DateTimeOffset dueAt, Action ring)
    {
        public DateTimeOffset DueAt { get; } = dueAt;

        public bool IsCancelled { get; private set; }

        public void Cancel() => IsCancelled = true;

        public void Ring() => ring();
    }
}

/// <summary>The clock of one process, with a constant skew. Its timers end with the process.</summary>
internal sealed class ProcessClock(WorldClock clock, ProcessScheduler scheduler, TimeSpan skew) : TimeProvider
{
    /// <summary>Deliberately differs from ticks, so that code that confuses the two fails at once.</summary>
    public override long TimestampFrequency => 3_000_000;

    public override DateTimeOffset GetUtcNow() => clock.Now + skew;

    public override long GetTimestamp() => (clock.Now - DateTimeOffset.UnixEpoch).Ticks / 10 * 3;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(clock, scheduler, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(WorldClock clock, ProcessScheduler scheduler, Action fire) : ITimer
    {
        private WorldClock.Alarm? _alarm;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _alarm?.Cancel();
            _alarm = dueTime == Timeout.InfiniteTimeSpan ? null : clock.After(dueTime, () => Ring(period));
            return true;
        }

        public void Dispose() => _alarm?.Cancel();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring(TimeSpan period)
        {
            if (scheduler.IsDead)
            {
                return;
            }

            // Ticks that were missed during a jump are not repeated.
            _alarm = period > TimeSpan.Zero ? clock.After(period, () => Ring(period)) : null;
            fire();
        }
    }
}
