namespace OrleansUploads.Engine.Moving;

/// <summary>What a step of a move has done so far.</summary>
public sealed class MoveTally
{
    /// <summary>The maximum number of faults that are kept.</summary>
    public const int MaxFaults = 1000;

    internal long Entities;
    internal long Removed;
    internal long Attempts;
    internal long Bytes;

    private readonly List<string> _faults = [];
    private long _faultCount;

    /// <summary>The number of histories.</summary>
    public long EntityCount => Interlocked.Read(ref Entities);

    /// <summary>The number of histories that have ended at the source and were removed.</summary>
    public long RemovedCount => Interlocked.Read(ref Removed);

    /// <summary>The number of attempts.</summary>
    public long AttemptCount => Interlocked.Read(ref Attempts);

    /// <summary>Their length in bytes.</summary>
    public long ByteCount => Interlocked.Read(ref Bytes);

    /// <summary>The number of faults.</summary>
    public long FaultCount => Interlocked.Read(ref _faultCount);

    /// <summary>The first faults, one sentence each.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_faults)
            {
                return [.. _faults];
            }
        }
    }

    internal void Add(string fault)
    {
        Interlocked.Increment(ref _faultCount);
        lock (_faults)
        {
            if (_faults.Count < MaxFaults)
            {
                _faults.Add(fault);
            }
        }
    }
}
