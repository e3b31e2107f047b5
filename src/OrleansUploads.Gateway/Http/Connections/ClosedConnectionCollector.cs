namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>Forces a garbage collection when half as many connections have been closed early as may be open.</summary>
/// <remarks>The runtime's collector regards a connection that has been idle for a while as old. In a flood, old connections die by
/// the thousand, and by itself the collector lets several times the live memory pile up before it looks at old
/// objects. Each collection stops the process for a moment, so the next one waits nine times as long as the last one took: at
/// most a tenth of the time is spent collecting.</remarks>
/// <param name="limit">Maximum number of open connections.</param>
/// <param name="collect">Collects the garbage; null to use the runtime's collector.</param>
internal sealed class ClosedConnectionCollector(int limit, TimeProvider time, Action? collect = null)
{
    /// <summary>Fewer closed connections than this are not worth a collection.</summary>
    internal const int MinClosed = 1000;

    /// <summary>Minimum time between two collections.</summary>
    internal static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(250);

    private const int PausePerDuration = 9;

    private readonly Action _collect = collect ?? GC.Collect;
    private readonly int _threshold = Math.Max(limit / 2, MinClosed);
    private long _closed;
    private long _collectedAt = time.GetTimestamp();
    private long _intervalTicks = MinInterval.Ticks;
    private int _isCollecting;

    /// <summary>Counts one more connection that was closed early. Returns at once; a collection runs in the background.</summary>
    public void CountClosed()
    {
        if (Interlocked.Increment(ref _closed) < _threshold
            || time.GetElapsedTime(Volatile.Read(ref _collectedAt)).Ticks < Volatile.Read(ref _intervalTicks)
            || Interlocked.Exchange(ref _isCollecting, 1) == 1)
        {
            return;
        }

        Interlocked.Exchange(ref _closed, 0);
        ThreadPool.UnsafeQueueUserWorkItem(static collector => collector.Collect(), this, preferLocal: false);
    }

    private void Collect()
    {
        var startedAt = time.GetTimestamp();
        _collect();
        var endedAt = time.GetTimestamp();
        var pause = time.GetElapsedTime(startedAt, endedAt) * PausePerDuration;
        Volatile.Write(ref _intervalTicks, Math.Max(pause.Ticks, MinInterval.Ticks));
        Volatile.Write(ref _collectedAt, endedAt);
        Volatile.Write(ref _isCollecting, 0);
    }
}
