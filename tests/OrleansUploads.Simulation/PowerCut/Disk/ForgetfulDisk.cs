namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>A file system in memory that loses unflushed data at a power cut: a file's bytes without a flush of the file, a
/// name without a flush of its directory. Thread-safe.</summary>
internal sealed partial class ForgetfulDisk
{
    private const uint TypeMask = 0xF000;
    private const uint OwnerOnly = 0x1C0;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, DiskNode> _nodes = [];
    private readonly SeededRandom _random;
    private readonly DirectoryNode _root;
    private ulong _lastId = RootId;
    private long _usedBytes;

    public const ulong RootId = 1;

    public ForgetfulDisk(SeededRandom random)
    {
        _random = random;
        _root = new DirectoryNode(RootId, OwnerOnly | 0x2D, "");
        _nodes.Add(RootId, _root);
    }

    /// <summary>The size of the disk in bytes; may change at any time.</summary>
    public long CapacityBytes { get; set; } = DefaultCapacityBytes;

    /// <summary>Enough space for every schedule.</summary>
    public const long DefaultCapacityBytes = 64L << 30;

    /// <summary>The current faults, or null for none.</summary>
    public DiskFaults? Faults { get; set; }

    /// <summary>Whether pages are sometimes written back without a flush, as operating systems do.</summary>
    public bool WritesBack { get; set; }

    /// <summary>Number of operations that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>The space in use.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return _usedBytes;
            }
        }
    }

    /// <summary>Leaves only the given number of bytes free.</summary>
    public void FillUp(long leaveBytes) => CapacityBytes = UsedBytes + leaveBytes;

    /// <summary>Restores the default capacity.</summary>
    public void MakeRoom() => CapacityBytes = DefaultCapacityBytes;

    /// <summary>Restores the power: only durable content is left. The disk must not be in use.</summary>
    /// <param name="survival">Chooses which unflushed data survives, or null if none does.</param>
    public void LosePower(SeededRandom? survival)
    {
        lock (_gate)
        {
            _nodes.Clear();
            _usedBytes = 0;
            Restore(_root, survival);
            _root.Links = 1;
        }
    }

    private void Restore(DirectoryNode directory, SeededRandom? survival)
    {
        _nodes.Add(directory.Id, directory);
        directory.Lookups = 0;
        directory.LosePower(survival);
        foreach (var (name, node) in directory.Names)
        {
            node.Path = $"{directory.Path}/{name}";
            if (_nodes.ContainsKey(node.Id))
            {
                node.Links++;
                continue;
            }

            node.Links = 1;
            if (node is DirectoryNode child)
            {
                Restore(child, survival);
            }
            else if (node is FileNode file)
            {
                _nodes.Add(file.Id, file);
                file.Lookups = 0;
                file.LosePower(survival);
                _usedBytes += file.AllocatedBytes;
            }
        }
    }

    private Errno FaultAt(DiskOperation operation, DiskNode node, string? name = null)
    {
        if (Faults is { } faults
            && faults.Operations.Contains(operation)
            && faults.Concerns(name is null ? node.Path : $"{node.Path}/{name}")
            && _random.Chance(faults.PerMille))
        {
            Failed++;
            return faults.Error;
        }

        return Errno.None;
    }

    private Errno TakeRoom(FileNode file, long offset, long length)
    {
        var missing = file.MissingBytes(offset, length);
        if (missing > 0 && _usedBytes + missing > CapacityBytes)
        {
            Failed++;
            return Errno.NoSpace;
        }

        _usedBytes += missing;
        return Errno.None;
    }

    private void FreeIfGone(DiskNode node)
    {
        if (node is { Links: 0, Lookups: 0 } && node != _root)
        {
            _nodes.Remove(node.Id);
            _usedBytes -= node is FileNode file ? file.AllocatedBytes : 0;
        }
    }
}
