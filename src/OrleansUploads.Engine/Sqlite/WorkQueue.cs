namespace OrleansUploads.Engine.Sqlite;

/// <summary>A bounded queue of writes from asynchronous callers to the thread that writes.</summary>
/// <remarks>Channels wake a blocked reader through the thread pool, where it waits behind its own callers under load. This
/// queue wakes the thread directly.</remarks>
#pragma warning disable CA1001 // A semaphore holds no resources unless its wait handle is used.
internal sealed class WorkQueue(int capacity)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _free = new(capacity);
    private readonly Queue<PendingWrite> _waiting = new();
    private bool _closed;

    /// <summary>Adds work if there is room now.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed.</exception>
    public bool TryAdd(PendingWrite work)
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
    public async ValueTask AddAsync(PendingWrite work, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        Add(work);
    }

    /// <summary>Blocks until there is work, then takes waiting work up to both limits, oldest first.</summary>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool Take(List<PendingWrite> batch, int maxCount, long maxBytes)
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
                bytes += work.SizeBytes;
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

    private void Add(PendingWrite work)
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
