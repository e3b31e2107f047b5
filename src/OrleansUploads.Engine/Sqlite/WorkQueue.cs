namespace OrleansUploads.Engine.Sqlite;

/// <summary>A bounded queue from asynchronous callers to blocking threads.</summary>
/// <remarks>Channels wake a blocked reader through the thread pool, where it waits behind its own callers under load. This
/// queue wakes the thread directly.</remarks>
/// <param name="capacity">Maximum number of waiting items.</param>
/// <param name="sizeOf">Size of the payload of an item, in bytes. It bounds a batch.</param>
#pragma warning disable CA1001 // A semaphore holds no resources unless its wait handle is used.
internal sealed class WorkQueue<T>(int capacity, Func<T, int> sizeOf)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _free = new(capacity);
    private readonly Queue<T> _waiting = new();
    private bool _closed;

    /// <summary>Adds work if there is room now.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed.</exception>
    public bool TryAdd(T work)
    {
        if (!_free.Wait(0, CancellationToken.None))
        {
            return false;
        }

        Add(work);
        return true;
    }

    /// <summary>Adds work as soon as there is room. If the call is cancelled, the work is not added.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed.</exception>
    public async ValueTask AddAsync(T work, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        Add(work);
    }

    /// <summary>Blocks until there is work, then takes waiting work up to both limits, oldest first.</summary>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool Take(List<T> batch, int maxCount, long maxBytes)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_closed)
                {
                    return false;
                }

                Monitor.Wait(_waiting);
            }

            long bytes = 0;
            while (batch.Count < maxCount && bytes < maxBytes && _waiting.TryDequeue(out var work))
            {
                batch.Add(work);
                bytes += sizeOf(work);
            }
        }

        _free.Release(batch.Count);
        return true;
    }

    /// <summary>Refuses new work. Waiting work can still be taken.</summary>
    public void Close()
    {
        lock (_waiting)
        {
            _closed = true;
            Monitor.PulseAll(_waiting);
        }
    }

    private void Add(T work)
    {
        lock (_waiting)
        {
            if (_closed)
            {
                _free.Release();
                throw new ObjectDisposedException(nameof(SqliteJournal));
            }

            _waiting.Enqueue(work);
            Monitor.Pulse(_waiting);
        }
    }
}
