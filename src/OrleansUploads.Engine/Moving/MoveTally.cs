namespace OrleansUploads.Engine.Moving;

/// <summary>What a copy or an import has done so far.</summary>
public sealed class MoveTally
{
    /// <summary>The maximum number of faults that are kept.</summary>
    public const int MaxFaults = 1000;

    internal long Histories;
    internal long Archives;
    internal long Objects;
    internal long Attempts;
    internal long Manifests;
    internal long Bytes;
    internal long Present;
    internal long Unfinished;

    private readonly List<string> _faults = [];
    private long _faultCount;

    /// <summary>The number of histories of entities.</summary>
    public long HistoryCount => Interlocked.Read(ref Histories);

    /// <summary>The number of those that are archives.</summary>
    public long ArchiveCount => Interlocked.Read(ref Archives);

    /// <summary>The number of those that are objects of buckets.</summary>
    public long ObjectCount => Interlocked.Read(ref Objects);

    /// <summary>The number of attempts.</summary>
    public long AttemptCount => Interlocked.Read(ref Attempts);

    /// <summary>The number of manifests.</summary>
    public long ManifestCount => Interlocked.Read(ref Manifests);

    /// <summary>The length of the attempts in bytes.</summary>
    public long ByteCount => Interlocked.Read(ref Bytes);

    /// <summary>The number of attempts and manifests that were at the target before.</summary>
    public long PresentCount => Interlocked.Read(ref Present);

    /// <summary>The number of attempts that are not complete: they are being written, or a crash has left them.</summary>
    public long UnfinishedCount => Interlocked.Read(ref Unfinished);

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
