using System.Collections.Concurrent;

namespace OrleansUploads.Engine.Disk;

/// <summary>A few dedicated threads for calls that wait for the disk: flushes, deletions and listings.</summary>
/// <remarks>The platform has no asynchronous form of these calls. On the callers' threads, a slow disk would hold up the
/// whole process. Here the callers wait without a thread and continue on their own scheduler.</remarks>
internal sealed class DiskThreads : IDisposable
{
    private const int StackBytes = 256 * 1024;

    private readonly BlockingCollection<Call> _calls = new(new ConcurrentQueue<Call>());

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
        try
        {
            _calls.Add(call);
        }
        catch (InvalidOperationException closed)
        {
            throw new ObjectDisposedException("The part store was closed.", closed);
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
    public void Dispose() => _calls.CompleteAdding();

    private void Work()
    {
        foreach (var call in _calls.GetConsumingEnumerable())
        {
            call.Run();
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
