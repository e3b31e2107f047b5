namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <content>Operations on files and directories that were looked up.</content>
internal sealed partial class ForgetfulDisk
{
    private const int WriteBackPerMille = 60;

    /// <summary>The attributes of a node for the kernel.</summary>
    public NodeFacts? FactsOf(ulong id)
    {
        lock (_gate)
        {
            return _nodes.TryGetValue(id, out var node) ? NodeFacts.Of(node) : null;
        }
    }

    public (Errno Error, int Length) Read(ulong id, long offset, Span<byte> bytes)
    {
        lock (_gate)
        {
            return _nodes.GetValueOrDefault(id) is FileNode file ? (Errno.None, file.Read(offset, bytes)) : (Errno.NoEntry, 0);
        }
    }

    public Errno Write(ulong id, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_nodes.GetValueOrDefault(id) is not FileNode file)
            {
                return Errno.NoEntry;
            }

            var fault = FaultAt(DiskOperation.Write, file);
            fault = fault == Errno.None ? TakeRoom(file, offset, bytes.Length) : fault;
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
    }

    /// <summary>Allocates space for a range, and extends the file unless it must keep its length.</summary>
    public Errno Allocate(ulong id, long offset, long length, bool keepsLength)
    {
        lock (_gate)
        {
            if (_nodes.GetValueOrDefault(id) is not FileNode file)
            {
                return Errno.NoEntry;
            }

            var fault = FaultAt(DiskOperation.Write, file);
            fault = fault == Errno.None ? TakeRoom(file, offset, length) : fault;
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
    }

    public Errno SetLength(ulong id, long lengthBytes)
    {
        lock (_gate)
        {
            if (_nodes.GetValueOrDefault(id) is not FileNode file)
            {
                return Errno.Invalid;
            }

            var fault = FaultAt(DiskOperation.Write, file);
            if (fault == Errno.None)
            {
                var before = file.AllocatedBytes;
                file.SetLength(lengthBytes);
                _usedBytes += file.AllocatedBytes - before;
                file.ModifiedAt = TimeProvider.System.GetUtcNow();
            }

            return fault;
        }
    }

    public void SetAttributes(ulong id, uint? permissions, DateTimeOffset? modifiedAt)
    {
        lock (_gate)
        {
            if (_nodes.GetValueOrDefault(id) is { } node)
            {
                node.Permissions = permissions ?? node.Permissions;
                node.ModifiedAt = modifiedAt ?? node.ModifiedAt;
            }
        }
    }

    /// <summary>Flushes a file or a directory. If that fails, the changes are not durable, and no later flush makes them
    /// durable unless they are written again.</summary>
    public Errno Flush(ulong id)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(id, out var node))
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
    }

    /// <summary>A program closes a file. Some file systems write it only now, and may fail.</summary>
    public Errno Close(ulong id)
    {
        lock (_gate)
        {
            if (_nodes.GetValueOrDefault(id) is not FileNode { HasUnflushed: true } file)
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
    }

    /// <summary>Reduces the kernel's lookup count of a node.</summary>
    public void Forget(ulong id, ulong lookups)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(id, out var node))
            {
                node.Lookups -= Math.Min(lookups, node.Lookups);
                FreeIfGone(node);
            }
        }
    }
}

/// <summary>The attributes of a file or directory for the kernel.</summary>
internal readonly record struct NodeFacts(
    ulong Id, bool IsDirectory, uint Type, uint Permissions, long LengthBytes, long AllocatedBytes, int Links, DateTimeOffset ModifiedAt)
{
    private const uint Directory = 0x4000;

    public static NodeFacts Of(DiskNode node) => new(
        node.Id,
        node is DirectoryNode,
        (node as FileNode)?.Type ?? Directory,
        node.Permissions,
        (node as FileNode)?.LengthBytes ?? 0,
        (node as FileNode)?.AllocatedBytes ?? 0,
        node is DirectoryNode ? 2 : node.Links,
        node.ModifiedAt);
}
