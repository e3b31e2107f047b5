namespace OrleansUploads.Engine.Entities;

/// <summary>Notices that a write of an entity takes too long.</summary>
/// <remarks>A timer for each write would cost more than the rest of the append. One timer serves all writes of an entity: it is started
/// by a write, and when it fires, it looks at the write in progress.</remarks>
/// <param name="limit">How long a write may take.</param>
/// <param name="scheduler">Where late writes are reported. A grain's work must stay on the grain's scheduler.</param>
/// <param name="late">Called once for each write that takes longer, with its number.</param>
internal sealed class WriteDeadline(TimeProvider time, TimeSpan limit, TaskScheduler scheduler, Action<long> late) : IDisposable
{
    private const long NoWrite = -1;

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _ticking;
    private bool _disposed;
    private long _write = NoWrite;
    private long _startedAt;

    /// <summary>Records that a write has started. An entity has one write in progress at a time.</summary>
    public void Start(long write)
    {
        lock (_gate)
        {
            _write = write;
            _startedAt = time.GetTimestamp();
            if (!_ticking && !_disposed)
            {
                _ticking = true;
                _timer ??= CreateTimer();
                _timer.Change(limit, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Records that a write has ended.</summary>
    /// <returns>False if it was reported as late.</returns>
    public bool TryEnd(long write)
    {
        lock (_gate)
        {
            if (_write != write)
            {
                return false;
            }

            _write = NoWrite;
            return true;
        }
    }

    /// <summary>Stops the timer.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private ITimer CreateTimer()
    {
        // The timer outlives the request that starts it, so it must not keep the request's context.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return time.CreateTimer(
            static deadline => ((WriteDeadline)deadline!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        long write;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            var left = _write == NoWrite ? TimeSpan.Zero : limit - time.GetElapsedTime(_startedAt);
            _ticking = left > TimeSpan.Zero;
            if (_ticking)
            {
                _timer!.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            write = _write;
            _write = NoWrite;
        }

        if (write != NoWrite)
        {
            _ = Task.Factory.StartNew(
                () => late(write), CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
        }
    }
}
