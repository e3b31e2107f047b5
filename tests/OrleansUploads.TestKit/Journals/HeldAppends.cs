namespace OrleansUploads.TestKit.Journals;

/// <summary>Holds the appends of a <see cref="FaultyJournal"/> until they are released.</summary>
public sealed class HeldAppends
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _held = new();
    private readonly List<(int Arrived, TaskCompletionSource Reached)> _watchers = [];
    private int _arrived;
    private bool _open;

    /// <summary>Waits until the given number of appends has arrived, including released ones.</summary>
    public Task WhenArrivedAsync(int count, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_arrived >= count)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((count, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Releases the append that has waited longest.</summary>
    /// <exception cref="InvalidOperationException">None is waiting.</exception>
    public void ReleaseOne()
    {
        TaskCompletionSource? released;
        lock (_gate)
        {
            do
            {
                released = _held.Dequeue();
            }
            while (released.Task.IsCompleted);
        }

        released.TrySetResult();
    }

    /// <summary>Releases all waiting appends. Later ones do not wait.</summary>
    public void ReleaseAll()
    {
        TaskCompletionSource[] held;
        lock (_gate)
        {
            _open = true;
            held = [.. _held];
            _held.Clear();
        }

        foreach (TaskCompletionSource append in held)
            append.TrySetResult();
    }

    /// <summary>Waits until the append is released.</summary>
    internal async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_open)
                return;
            _held.Enqueue(passed);
            _arrived++;
            foreach ((int arrived, TaskCompletionSource reached) in _watchers)
            {
                if (_arrived >= arrived)
                    reached.TrySetResult();
            }
        }

        await using (cancellationToken.Register(() => passed.TrySetCanceled(cancellationToken)))
            await passed.Task;
    }
}
