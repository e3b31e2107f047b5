namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>A file system in memory that loses unflushed data at a power cut: a file's bytes without a flush of the file, a
/// name without a flush of its directory. One operation runs at a time.</summary>
internal sealed class ForgetfulDisk
{
    public const ulong RootId = 1;

    private const int MaxNameChars = 255;
    private const int WriteBackPerMille = 60;
    private const uint TypeMask = 0xF000;
    private const uint RegularFile = 0x8000;
    private const uint RootPermissions = 0x1ED;

    /// <summary>Enough space for every schedule.</summary>
    private const long DefaultCapacityBytes = 64L << 30;

    private readonly Dictionary<ulong, DiskNode> _nodes = [];
    private readonly SeededRandom _random;
    private readonly DirectoryNode _root = new(RootId, RootPermissions, "");
    private ulong _lastId = RootId;

    public ForgetfulDisk(SeededRandom random)
    {
        _random = random;
        _nodes.Add(RootId, _root);
    }

    /// <summary>The size of the disk in bytes; may change at any time.</summary>
    public long CapacityBytes { get; private set; } = DefaultCapacityBytes;

    /// <summary>The current faults, or null for none.</summary>
    public DiskFaults? Faults { get; set; }

    /// <summary>Whether pages are sometimes written back without a flush, as operating systems do.</summary>
    public bool WritesBack { get; set; }

    /// <summary>Number of operations that failed.</summary>
    public int Failed { get; private set; }

    public long UsedBytes { get; private set; }

    /// <summary>Leaves only the given number of bytes free.</summary>
    public void FillUp(long leaveBytes) => CapacityBytes = UsedBytes + leaveBytes;

    public void MakeRoom() => CapacityBytes = DefaultCapacityBytes;

    /// <summary>Restores the power: only durable content is left. The disk must not be in use.</summary>
    /// <param name="survival">Chooses which unflushed data survives, or null if none does.</param>
    public void LosePower(SeededRandom? survival)
    {
        _nodes.Clear();
        UsedBytes = 0;
        Restore(_root, survival);
        _root.Links = 1;
    }

    public DiskNode? Find(ulong id) => _nodes.GetValueOrDefault(id);

    /// <summary>Looks up a name, and raises the kernel's lookup count of the node.</summary>
    public (Errno Error, DiskNode? Node) Lookup(ulong directory, string name) =>
        (Find(directory) as DirectoryNode)?.Lookup(name) is { } node ? CountLookup(node) : (Errno.NoEntry, null);

    /// <summary>Reduces the kernel's lookup count of a node.</summary>
    public void Forget(ulong id, ulong lookups)
    {
        if (Find(id) is { } node)
        {
            node.Lookups -= Math.Min(lookups, node.Lookups);
            FreeIfGone(node);
        }
    }

    public (Errno Error, DiskNode? Node) CreateFile(ulong directory, string name, uint mode) =>
        Create(directory, name, path => new FileNode(
            ++_lastId, (mode & TypeMask) == 0 ? RegularFile : mode & TypeMask, mode & ~TypeMask, path));

    public (Errno Error, DiskNode? Node) CreateDirectory(ulong directory, string name, uint permissions) =>
        Create(directory, name, path => new DirectoryNode(++_lastId, permissions & ~TypeMask, path));

    public (Errno Error, DiskNode? Node) Link(ulong node, ulong directory, string name)
    {
        var (error, parent) = FindNew(directory, name);
        if (error != Errno.None || Find(node) is not FileNode file)
        {
            return (error == Errno.None ? Errno.NoEntry : error, null);
        }

        parent!.Put(name, file);
        return CountLookup(file);
    }

    public Errno Remove(ulong directory, string name, bool isDirectory)
    {
        if (Find(directory) is not DirectoryNode parent || parent.Lookup(name) is not { } node)
        {
            return Errno.NoEntry;
        }

        if (isDirectory != node is DirectoryNode)
        {
            return isDirectory ? Errno.NotDirectory : Errno.IsDirectory;
        }

        if (node is DirectoryNode { Names.Count: > 0 })
        {
            return Errno.NotEmpty;
        }

        // Removing a name needs no space.
        var fault = Faults is { IsLackOfRoom: true } ? Errno.None : FaultAt(DiskOperation.Name, parent, name);
        if (fault == Errno.None)
        {
            parent.Put(name, null);
            FreeIfGone(node);
        }

        return fault;
    }

    public Errno Rename(ulong fromDirectory, string from, ulong toDirectory, string to, bool replaces)
    {
        if (Find(fromDirectory) is not DirectoryNode source || Find(toDirectory) is not DirectoryNode target
            || source.Lookup(from) is not { } node)
        {
            return Errno.NoEntry;
        }

        var replaced = target.Lookup(to);
        if (replaced is not null && !replaces)
        {
            return Errno.Exists;
        }

        if (replaced is DirectoryNode { Names.Count: > 0 })
        {
            return Errno.NotEmpty;
        }

        var fault = FaultAt(DiskOperation.Name, target, to);
        if (fault == Errno.None && replaced != node)
        {
            target.Put(to, node);
            source.Put(from, null);
            if (replaced is not null)
            {
                FreeIfGone(replaced);
            }
        }

        return fault;
    }

    public Errno Write(ulong id, long offset, ReadOnlySpan<byte> bytes)
    {
        if (Find(id) is not FileNode file)
        {
            return Errno.NoEntry;
        }

        var fault = TakeRoom(file, offset, bytes.Length);
        if (fault == Errno.None)
        {
            file.Write(offset, bytes);
            file.ModifiedAt = TimeProvider.System.GetUtcNow();
            if (WritesBack && _random.Chance(WriteBackPerMille))
            {
                file.WriteBackSome(_random);
            }
        }

        return fault;
    }

    /// <summary>Allocates space for a range, and extends the file unless it must keep its length.</summary>
    public Errno Allocate(ulong id, long offset, long length, bool keepsLength)
    {
        if (Find(id) is not FileNode file)
        {
            return Errno.NoEntry;
        }

        var fault = TakeRoom(file, offset, length);
        if (fault == Errno.None)
        {
            file.Allocate(offset, length);
            if (!keepsLength && offset + length > file.LengthBytes)
            {
                file.SetLength(offset + length);
            }
        }

        return fault;
    }

    public Errno SetLength(ulong id, long lengthBytes)
    {
        if (Find(id) is not FileNode file)
        {
            return Errno.Invalid;
        }

        var fault = FaultAt(DiskOperation.Write, file);
        if (fault == Errno.None)
        {
            var before = file.AllocatedBytes;
            file.SetLength(lengthBytes);
            UsedBytes += file.AllocatedBytes - before;
            file.ModifiedAt = TimeProvider.System.GetUtcNow();
        }

        return fault;
    }

    /// <summary>Flushes a file or a directory. If that fails, the changes are not durable, and no later flush makes them
    /// durable unless they are written again.</summary>
    public Errno Flush(ulong id)
    {
        if (Find(id) is not { } node)
        {
            return Errno.NoEntry;
        }

        var fault = FaultAt(node is FileNode ? DiskOperation.FlushFile : DiskOperation.FlushDirectory, node);
        if (fault == Errno.None)
        {
            node.Flush();
        }
        else
        {
            node.LoseFlush();
        }

        return fault;
    }

    /// <summary>A program closes a file. Some file systems write it only now, and may fail.</summary>
    public Errno Close(ulong id)
    {
        if (Find(id) is not FileNode { HasUnflushed: true } file)
        {
            return Errno.None;
        }

        var fault = FaultAt(DiskOperation.Close, file);
        if (fault != Errno.None)
        {
            file.LoseFlush();
        }

        return fault;
    }

    private void Restore(DiskNode node, SeededRandom? survival)
    {
        _nodes.Add(node.Id, node);
        node.Lookups = 0;
        node.LosePower(survival);
        UsedBytes += node.AllocatedBytes;
        foreach (var (name, child) in (node as DirectoryNode)?.Names ?? new Dictionary<string, DiskNode>())
        {
            child.Path = $"{node.Path}/{name}";
            if (_nodes.ContainsKey(child.Id))
            {
                child.Links++;
            }
            else
            {
                child.Links = 1;
                Restore(child, survival);
            }
        }
    }

    private (Errno Error, DiskNode? Node) Create(ulong directory, string name, Func<string, DiskNode> create)
    {
        var (error, parent) = FindNew(directory, name);
        if (error != Errno.None)
        {
            return (error, null);
        }

        var node = create($"{parent!.Path}/{name}");
        _nodes.Add(node.Id, node);
        parent.Put(name, node);
        return CountLookup(node);
    }

    private (Errno Error, DirectoryNode? Parent) FindNew(ulong directory, string name)
    {
        if (Find(directory) is not DirectoryNode parent)
        {
            return (Errno.NoEntry, null);
        }

        if (name.Length > MaxNameChars)
        {
            return (Errno.NameTooLong, null);
        }

        // A name needs a little space, too.
        var isFull = UsedBytes >= CapacityBytes;
        Failed += isFull ? 1 : 0;
        return parent.Lookup(name) is not null ? (Errno.Exists, parent)
            : isFull ? (Errno.NoSpace, parent)
            : (FaultAt(DiskOperation.Name, parent, name), parent);
    }

    private static (Errno Error, DiskNode? Node) CountLookup(DiskNode node)
    {
        node.Lookups++;
        return (Errno.None, node);
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
        if (FaultAt(DiskOperation.Write, file) is var fault and not Errno.None)
        {
            return fault;
        }

        var missing = file.MissingBytes(offset, length);
        if (missing > 0 && UsedBytes + missing > CapacityBytes)
        {
            Failed++;
            return Errno.NoSpace;
        }

        UsedBytes += missing;
        return Errno.None;
    }

    private void FreeIfGone(DiskNode node)
    {
        if (node is { Links: 0, Lookups: 0 } && node != _root)
        {
            _nodes.Remove(node.Id);
            UsedBytes -= node.AllocatedBytes;
        }
    }
}
