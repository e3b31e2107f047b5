namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <content>Operations on names.</content>
internal sealed partial class ForgetfulDisk
{
    private const int MaxNameChars = 255;
    private const uint RegularFile = 0x8000;

    /// <summary>Looks up a name, and raises the kernel's lookup count of the node.</summary>
    public NodeFacts? Lookup(ulong directory, string name)
    {
        lock (_gate)
        {
            return _nodes.GetValueOrDefault(directory) is DirectoryNode parent && parent.Lookup(name) is { } node
                ? CountLookup(node)
                : null;
        }
    }

    /// <summary>The names in a directory, at this moment.</summary>
    public IReadOnlyList<(string Name, ulong Id, bool IsDirectory)>? List(ulong directory)
    {
        lock (_gate)
        {
            return _nodes.GetValueOrDefault(directory) is DirectoryNode node
                ? [.. node.Names.Select(entry => (entry.Key, entry.Value.Id, entry.Value is DirectoryNode))]
                : null;
        }
    }

    public (Errno Error, NodeFacts Facts) CreateFile(ulong directory, string name, uint mode) =>
        Create(directory, name, path => new FileNode(
            ++_lastId, mode & ~TypeMask, path, (mode & TypeMask) == 0 ? RegularFile : mode & TypeMask));

    public (Errno Error, NodeFacts Facts) CreateDirectory(ulong directory, string name, uint permissions) =>
        Create(directory, name, path => new DirectoryNode(++_lastId, permissions & ~TypeMask, path));

    public (Errno Error, NodeFacts Facts) Link(ulong node, ulong directory, string name)
    {
        lock (_gate)
        {
            var (error, parent) = FindNew(directory, name);
            if (error != Errno.None || _nodes.GetValueOrDefault(node) is not FileNode file)
            {
                return (error == Errno.None ? Errno.NoEntry : error, default);
            }

            parent!.Put(name, file);
            return (Errno.None, CountLookup(file));
        }
    }

    public Errno Remove(ulong directory, string name, bool isDirectory)
    {
        lock (_gate)
        {
            if (_nodes.GetValueOrDefault(directory) is not DirectoryNode parent || parent.Lookup(name) is not { } node)
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
    }

    public Errno Rename(ulong fromDirectory, string from, ulong toDirectory, string to, bool replaces)
    {
        lock (_gate)
        {
            if (_nodes.GetValueOrDefault(fromDirectory) is not DirectoryNode source
                || _nodes.GetValueOrDefault(toDirectory) is not DirectoryNode target
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
    }

    private (Errno Error, NodeFacts Facts) Create(ulong directory, string name, Func<string, DiskNode> create)
    {
        lock (_gate)
        {
            var (error, parent) = FindNew(directory, name);
            if (error != Errno.None)
            {
                return (error, default);
            }

            var node = create($"{parent!.Path}/{name}");
            _nodes.Add(node.Id, node);
            parent.Put(name, node);
            return (Errno.None, CountLookup(node));
        }
    }

    private (Errno Error, DirectoryNode? Parent) FindNew(ulong directory, string name)
    {
        if (_nodes.GetValueOrDefault(directory) is not DirectoryNode parent)
        {
            return (Errno.NoEntry, null);
        }

        if (name.Length > MaxNameChars)
        {
            return (Errno.NameTooLong, null);
        }

        // A name needs a little space, too.
        var isFull = _usedBytes >= CapacityBytes;
        Failed += isFull ? 1 : 0;
        return parent.Lookup(name) is not null ? (Errno.Exists, parent)
            : isFull ? (Errno.NoSpace, parent)
            : (FaultAt(DiskOperation.Name, parent, name), parent);
    }

    private static NodeFacts CountLookup(DiskNode node)
    {
        node.Lookups++;
        return NodeFacts.Of(node);
    }
}
