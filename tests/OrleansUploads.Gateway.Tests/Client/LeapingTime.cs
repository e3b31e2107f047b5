using System.Collections.Concurrent;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A clock on which timers never wait. A timer due within the longest leap fires at once and moves the clock to its due
/// time; a timer due later never fires. This way short delays pass and long timeouts do not.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private static readonly TimeSpan LongestLeap = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Start = new(2026, 5, 17, 10, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentQueue<TimeSpan> _leaps = new();

    /// <summary>The delays that have passed, in order.</summary>
    public IReadOnlyList<TimeSpan> Leaps => [.. _leaps];

    /// <summary>How far the clock has moved.</summary>
    public TimeSpan Waited => _leaps.Aggregate(TimeSpan.Zero, static (sum, leap) => sum + leap);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Waited.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + Waited;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LeapingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class LeapingTimer(LeapingTime time, TimerCallback callback, object? state) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan && dueTime <= LongestLeap)
            {
                time._leaps.Enqueue(dueTime);
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
