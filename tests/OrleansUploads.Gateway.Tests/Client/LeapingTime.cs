namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A clock on which timers never wait. A timer due within the longest leap fires at once and moves the clock to its due
/// time; a timer due later never fires. This way short delays pass and long timeouts do not.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private static readonly TimeSpan LongestLeap = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Start = new(2026, 5, 17, 10, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _leaps = [];
    private DateTimeOffset _now = Start;

    /// <summary>The delays that have passed, in order.</summary>
    public IReadOnlyList<TimeSpan> Leaps
    {
        get
        {
            lock (_gate)
            {
                return [.. _leaps];
            }
        }
    }

    /// <summary>How far the clock has moved.</summary>
    public TimeSpan Waited => GetUtcNow() - Start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Waited.Ticks;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LeapingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private bool TryLeap(TimeSpan due)
    {
        lock (_gate)
        {
            if (due == Timeout.InfiniteTimeSpan || due > LongestLeap)
            {
                return false;
            }

            _now += due;
            _leaps.Add(due);
            return true;
        }
    }

    private sealed class LeapingTimer(LeapingTime time, TimerCallback callback, object? state) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (time.TryLeap(dueTime))
            {
                callback(state);
            }

            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
