namespace OrleansUploads.Engine.Disk;

/// <summary>A few dedicated threads for calls that wait for the disk: flushes, deletions and listings.</summary>
/// <remarks>The platform has no asynchronous form of these calls. On the callers' threads, a slow disk would hold up the
/// whole process. Here the callers wait without a thread and continue on their own scheduler. An idle thread sleeps at once. The
/// platform's blocking collections let it look for work first, which took a third of the processor time of these threads.</remarks>
internal sealed class DiskThreads : IDisposable
{
    private const int StackBytes = 256 * 1024;

    private readonly Queue<Call> _calls = new();
    private bool _isClosed;

    public DiskThreads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        for (var i = 0; i < count; i++)
        {
            new Thread(Work, StackBytes) { IsBackground = true, Name = "part store disk" }.Start();
        }
    }

    /// <summary>Runs a call on one of the threads.</summary>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        var call = new Call<T>(function);
        lock (_calls)
        {
            if (_isClosed)
            {
                throw new ObjectDisposedException(nameof(DiskPartStore), "The part store was closed.");
            }

            _calls.Enqueue(call);
            Monitor.Pulse(_calls);
        }

        return call.Task;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Action action) => RunAsync(() =>
    {
        action();
        return true;
    });

    /// <summary>Accepts no more calls. Those already accepted are finished.</summary>
    public void Dispose()
    {
        lock (_calls)
        {
            _isClosed = true;
            Monitor.PulseAll(_calls);
        }
    }

    private void Work()
    {
        while (Take() is { } call)
        {
            call.Run();
        }
    }

    /// <summary>Waits for the next call. Returns null if there are no more.</summary>
    private Call? Take()
    {
        lock (_calls)
        {
            while (_calls.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_calls);
            }

            return _calls.TryDequeue(out var call) ? call : null;
        }
    }

    private abstract class Call
    {
        public abstract void Run();
    }

    private sealed class Call<T>(Func<T> function) : Call
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _done.Task;

        public override void Run()
        {
            try
            {
                _done.SetResult(function());
            }
            catch (Exception failure)
            {
                _done.SetException(failure);
            }
        }
    }
}
