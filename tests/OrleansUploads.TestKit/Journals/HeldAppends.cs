namespace OrleansUploads.TestKit.Journals;

/// <summary>A closed gate before the appends of a <see cref="FaultyJournal"/>.</summary>
public sealed class HeldAppends
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _held = new();
    private readonly List<(int Arrived, TaskCompletionSource Reached)> _watchers = [];
    private int _arrived;
    private bool _open;

    /// <summary>Waits until so many appends have arrived since the gate was closed, released ones included.</summary>
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

    /// <summary>Lets the append go that has waited longest.</summary>
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

    /// <summary>Opens the gate permanently: waiting appends continue, and later ones do not wait.</summary>
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

    /// <summary>Waits at the gate.</summary>
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
