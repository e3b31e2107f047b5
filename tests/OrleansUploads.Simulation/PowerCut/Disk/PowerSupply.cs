namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>The power of a disk. It fails at once or at a chosen operation; from then on nothing has an effect.</summary>
/// <remarks>Who asks a disk without power waits until <see cref="Release"/>: by then the program must have been killed, so
/// that it never learns that anything failed.</remarks>
internal sealed class PowerSupply
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _operations;
    private long _failsAt = long.MaxValue;

    /// <summary>Flushes and changes of names so far.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>Ends when the power has failed.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Lets the power fail when so many more flushes and changes of names were asked for, before the last of them has
    /// any effect.</summary>
    public void FailAfter(int operations)
    {
        lock (_gate)
        {
            _failsAt = _operations + operations;
        }
    }

    /// <summary>Lets the power fail now.</summary>
    public void Fail()
    {
        lock (_gate)
        {
            _failed.TrySetResult();
        }
    }

    /// <summary>Lets those go on who asked for something after the power failed; it has no effect.</summary>
    public void Release()
    {
        Fail();
        _released.TrySetResult();
    }

    /// <summary>Passes an operation on while there is power.</summary>
    /// <returns>False where there was none.</returns>
    public bool Pass(DiskOperation operation)
    {
        lock (_gate)
        {
            if (!_failed.Task.IsCompleted)
            {
                if (operation is DiskOperation.Write or DiskOperation.Close || ++_operations < _failsAt)
                {
                    return true;
                }

                _failed.TrySetResult();
            }
        }

        _released.Task.Wait();
        return false;
    }
}
