namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A clock that stands still except while somebody waits: a wait ends at once and moves the clock to its end. Long timers,
/// which are timeouts, never fire.</summary>
internal sealed class StandingTime : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();

    /// <summary>How far the clock has moved.</summary>
    public TimeSpan Waited { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return Waited.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow() =>
        new DateTimeOffset(2026, 5, 17, 10, 0, 0, TimeSpan.Zero) + TimeSpan.FromTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var isWait = dueTime != Timeout.InfiniteTimeSpan && dueTime <= LongestWait;
        if (isWait)
        {
            lock (_gate)
            {
                Waited += dueTime;
            }

            callback(state);
        }

        return new StandingTimer();
    }

    private sealed class StandingTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
