namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>The power of a disk. It fails immediately or at a chosen operation. From then on, no operation has an
/// effect.</summary>
/// <remarks>A request to a disk without power waits until <see cref="Release"/>. By then the program must have been killed,
/// so that it never learns of the failure.</remarks>
internal sealed class PowerSupply
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _operations;
    private long _failsAt = long.MaxValue;

    public Task Failed => _failed.Task;

    /// <summary>Cuts the power at the given number of further flushes and name changes, before the last of them has an
    /// effect.</summary>
    public void FailAfter(int operations)
    {
        lock (_gate)
        {
            _failsAt = _operations + operations;
        }
    }

    public void Fail()
    {
        lock (_gate)
        {
            _failed.TrySetResult();
        }
    }

    /// <summary>Ends the requests that arrived after the power failed. They have no effect.</summary>
    public void Release()
    {
        Fail();
        _released.TrySetResult();
    }

    /// <summary>Permits an operation while there is power. Otherwise waits until <see cref="Release"/>.</summary>
    /// <returns>False if there was no power.</returns>
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
