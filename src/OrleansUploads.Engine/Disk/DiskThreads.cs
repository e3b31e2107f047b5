namespace OrleansUploads.Engine.Disk;

/// <summary>A few dedicated threads for calls that wait for the disk: flushes, deletions, listings, and queries of the journal.</summary>
/// <remarks>Calls run in the order in which they came, whichever account they are for: each account's share is limited where calls come
/// from. Bodies have slots that accounts share, deletions have turns, the collector deletes little at a time, and no call handles more than
/// some hundred files. The platform has no asynchronous form of these calls. On the callers' threads, a slow disk would hold up the
/// whole process. Here the callers wait without a thread and continue on their own scheduler. An idle thread can look for work before
/// it sleeps, because waking it takes longer than most calls. Where processes share a processor, operators switch that off for the thread
/// pool, and then these threads sleep at once, too.</remarks>
internal sealed class DiskThreads : IDisposable
{
    private const int StackBytes = 256 * 1024;

    /// <summary>How often a thread looks for work: as often as one that waits for a semaphore of the platform.</summary>
    private const int MaxLooks = 140;

    private static readonly bool SleepsAtOnce =
        Environment.GetEnvironmentVariable("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit") == "0";

    private readonly Queue<Call> _calls = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _owner;
    private readonly bool _looksForWork;
    private volatile int _waiting;
    private volatile bool _isClosed;
    private int _running;

    /// <summary>Starts the threads.</summary>
    /// <param name="owner">Whose disk it is, for debuggers and error messages.</param>
    /// <param name="looksForWork">Whether an idle thread looks for work before it sleeps. Worth its time if calls follow
    /// each other closely.</param>
    public DiskThreads(int count, string owner = "part store", bool looksForWork = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _owner = owner;
        _looksForWork = looksForWork && !SleepsAtOnce;
        _running = count;
        for (var i = 0; i < count; i++)
        {
            new Thread(Work, StackBytes) { IsBackground = true, Name = $"{owner} disk" }.Start();
        }
    }

    /// <summary>Throws <see cref="ObjectDisposedException"/> after <see cref="Dispose"/>.</summary>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        var call = new Call<T>(function);
        lock (_calls)
        {
            if (_isClosed)
            {
                throw new ObjectDisposedException(_owner, $"The {_owner} was closed.");
            }

            _calls.Enqueue(call);
            _waiting = _calls.Count;
            Monitor.Pulse(_calls);
        }

        return call.Task;
    }

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

    /// <summary>Does what <see cref="Dispose"/> does, and waits for the accepted calls.</summary>
    public Task CloseAsync()
    {
        Dispose();
        return _ended.Task;
    }

    private void Work()
    {
        while (Take() is { } call)
        {
            call.Run();
        }

        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.SetResult();
        }
    }

    /// <returns>Null if there are no more calls.</returns>
    private Call? Take()
    {
        if (_looksForWork)
        {
            LookForWork();
        }

        lock (_calls)
        {
            while (_calls.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_calls);
            }

            var call = _calls.TryDequeue(out var next) ? next : null;
            _waiting = _calls.Count;
            return call;
        }
    }

    private void LookForWork()
    {
        var spinner = default(SpinWait);
        for (var looks = 0; looks < MaxLooks && _waiting == 0 && !_isClosed; looks++)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
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
