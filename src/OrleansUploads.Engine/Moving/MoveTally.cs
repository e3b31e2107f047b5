namespace OrleansUploads.Engine.Moving;

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

    public long HistoryCount => Interlocked.Read(ref Histories);

    /// <summary>Histories of archives.</summary>
    public long ArchiveCount => Interlocked.Read(ref Archives);

    /// <summary>Histories of objects.</summary>
    public long ObjectCount => Interlocked.Read(ref Objects);

    public long AttemptCount => Interlocked.Read(ref Attempts);

    public long ManifestCount => Interlocked.Read(ref Manifests);

    public long ByteCount => Interlocked.Read(ref Bytes);

    /// <summary>Attempts and manifests that were at the target before.</summary>
    public long PresentCount => Interlocked.Read(ref Present);

    /// <summary>Attempts that are incomplete: they are being written, or a crash left them.</summary>
    public long UnfinishedCount => Interlocked.Read(ref Unfinished);

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
