namespace OrleansUploads.Simulation.PowerCut.Fuse;

/// <summary>Translates between the kernel's messages and the disk. Each message has its fields in the order of
/// linux/fuse.h. Discarded fields are not needed.</summary>
internal sealed class FuseDispatcher(ForgetfulDisk disk, PowerSupply power)
{
    private const ulong ValidSeconds = 3600;
    private const int ReplyHeaderBytes = 16;
    private const int StatFsBytes = 80;
    private const int InitBytes = 64;
    private const int EntryHeaderBytes = 24;
    private const uint DirectoryType = 4;
    private const uint FileType = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, IReadOnlyList<KeyValuePair<string, DiskNode>>> _openDirectories = [];
    private ulong _lastDirectory;

    public int Answer(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        var body = new FuseReader(request);
        _ = body.UInt32();
        var opcode = (FuseOpcode)body.UInt32();
        var unique = body.UInt64();
        var node = body.UInt64();
        _ = body.Bytes(4 * sizeof(uint));
        if (opcode is FuseOpcode.Forget or FuseOpcode.BatchForget)
        {
            Forget(opcode, node, ref body);
            return 0;
        }

        var payload = new FuseWriter(reply[ReplyHeaderBytes..]);
        var error = Errno.InputOutput;
        if (KindOf(opcode) is not { } operation || power.Pass(operation))
        {
            lock (_gate)
            {
                error = Answer(opcode, node, ref body, ref payload);
            }
        }

        var length = ReplyHeaderBytes + (error == Errno.None ? payload.Length : 0);
        var header = new FuseWriter(reply);
        header.UInt32((uint)length, (uint)-(int)error);
        header.UInt64(unique);
        return length;
    }

    private static DiskOperation? KindOf(FuseOpcode opcode) => opcode switch
    {
        FuseOpcode.Write or FuseOpcode.SetAttr or FuseOpcode.Allocate => DiskOperation.Write,
        FuseOpcode.Fsync => DiskOperation.FlushFile,
        FuseOpcode.FsyncDirectory => DiskOperation.FlushDirectory,
        FuseOpcode.Flush => DiskOperation.Close,
        FuseOpcode.Create or FuseOpcode.MakeNode or FuseOpcode.MakeDirectory or FuseOpcode.Link or FuseOpcode.Rename or FuseOpcode.RenameWithFlags
            or FuseOpcode.Unlink or FuseOpcode.RemoveDirectory => DiskOperation.Name,
        _ => null,
    };

    private Errno Answer(FuseOpcode opcode, ulong node, ref FuseReader body, ref FuseWriter payload)
    {
        switch (opcode)
        {
            case FuseOpcode.Init:
                return Begin(ref body, ref payload);
            case FuseOpcode.Lookup:
                return PutEntry(disk.Lookup(node, body.Name()), ref payload);
            case FuseOpcode.GetAttr:
                return PutAttributes(node, ref payload);
            case FuseOpcode.SetAttr:
                return SetAttributes(node, ref body) is var refused and not Errno.None ? refused : PutAttributes(node, ref payload);
            case FuseOpcode.MakeDirectory:
                var (permissions, _) = (body.UInt32(), body.UInt32());
                return PutEntry(disk.CreateDirectory(node, body.Name(), permissions), ref payload);
            case FuseOpcode.MakeNode or FuseOpcode.Create:
                // The mode comes first, or after the flags.
                var (first, second, _, _) = (body.UInt32(), body.UInt32(), body.UInt32(), body.UInt32());
                var mode = opcode == FuseOpcode.MakeNode ? first : second;
                var created = PutEntry(disk.CreateFile(node, body.Name(), mode), ref payload);
                return opcode == FuseOpcode.MakeNode ? created : PutOpen(created, ref payload);
            case FuseOpcode.Link:
                var linked = body.UInt64();
                return PutEntry(disk.Link(linked, node, body.Name()), ref payload);
            case FuseOpcode.Unlink or FuseOpcode.RemoveDirectory:
                return disk.Remove(node, body.Name(), isDirectory: opcode == FuseOpcode.RemoveDirectory);
            case FuseOpcode.Rename:
                return Rename(node, body.UInt64(), flags: 0, ref body);
            case FuseOpcode.RenameWithFlags:
                var (target, flags, _) = (body.UInt64(), body.UInt32(), body.UInt32());
                return (flags & ~FuseProtocol.RenameNoReplace) != 0 ? Errno.Invalid : Rename(node, target, flags, ref body);
            case FuseOpcode.Open:
                return PutOpen(Errno.None, ref payload);
            case FuseOpcode.Read:
                var (_, readAt, readBytes) = (body.UInt64(), body.UInt64(), body.UInt32());
                if (disk.Find(node) is not FileNode file)
                {
                    return Errno.NoEntry;
                }

                payload.Length = file.Read((long)readAt, payload.Rest[..(int)readBytes]);
                return Errno.None;
            case FuseOpcode.Write:
                var (_, writeAt, writeBytes, _, _, _, _) =
                    (body.UInt64(), body.UInt64(), body.UInt32(), body.UInt32(), body.UInt64(), body.UInt32(), body.UInt32());
                payload.UInt32(writeBytes, 0);
                return disk.Write(node, (long)writeAt, body.Bytes((int)writeBytes));
            case FuseOpcode.Allocate:
                var (_, roomAt, roomBytes, roomMode) = (body.UInt64(), body.UInt64(), body.UInt64(), body.UInt32());
                return (roomMode & ~FuseProtocol.AllocateKeepSize) != 0
                    ? Errno.NotSupported
                    : disk.Allocate(node, (long)roomAt, (long)roomBytes, keepsLength: roomMode != 0);
            case FuseOpcode.Fsync or FuseOpcode.FsyncDirectory:
                return disk.Flush(node);
            case FuseOpcode.Flush:
                return disk.Close(node);
            case FuseOpcode.StatFs:
                PutRoom(ref payload);
                return Errno.None;
            case FuseOpcode.OpenDirectory:
                return OpenDirectory(node, ref payload);
            case FuseOpcode.ReadDirectory:
                var (handle, listAt, listBytes) = (body.UInt64(), body.UInt64(), body.UInt32());
                List(_openDirectories[handle], (int)listAt, (int)listBytes, ref payload);
                return Errno.None;
            case FuseOpcode.ReleaseDirectory:
                _openDirectories.Remove(body.UInt64());
                return Errno.None;
            case FuseOpcode.Release or FuseOpcode.Destroy:
                return Errno.None;
            default:
                return Errno.NotImplemented;
        }
    }

    private static Errno Begin(ref FuseReader body, ref FuseWriter payload)
    {
        var (_, _, readahead, flags) = (body.UInt32(), body.UInt32(), body.UInt32(), body.UInt32());
        payload.UInt32(
            FuseProtocol.Major,
            FuseProtocol.Minor,
            Math.Min(readahead, FuseProtocol.MaxWriteBytes),
            flags & (FuseProtocol.BigWrites | FuseProtocol.MaxPages | FuseProtocol.ParallelDirectories));

        // The limits of background requests, the longest write, the time granularity in nanoseconds, and the maximum pages of a request.
        payload.UInt16(16, 12);
        payload.UInt32(FuseProtocol.MaxWriteBytes, 1);
        payload.UInt16(FuseProtocol.MaxWriteBytes / FileNode.PageBytes);
        payload.PadTo(InitBytes);
        return Errno.None;
    }

    private void Forget(FuseOpcode opcode, ulong node, ref FuseReader body)
    {
        lock (_gate)
        {
            if (opcode == FuseOpcode.Forget)
            {
                disk.Forget(node, body.UInt64());
                return;
            }

            var (left, _) = (body.UInt32(), body.UInt32());
            for (; left > 0; left--)
            {
                disk.Forget(body.UInt64(), body.UInt64());
            }
        }
    }

    private Errno Rename(ulong fromDirectory, ulong toDirectory, uint flags, ref FuseReader body) =>
        disk.Rename(fromDirectory, body.Name(), toDirectory, body.Name(), replaces: flags == 0);

    private Errno SetAttributes(ulong node, ref FuseReader body)
    {
        var (valid, _, _, size, _) = (body.UInt32(), body.UInt32(), body.UInt64(), body.UInt64(), body.UInt64());
        var (_, modifiedAt, _) = (body.UInt64(), body.UInt64(), body.UInt64());
        var (_, modifiedNanoseconds, _, mode) = (body.UInt32(), body.UInt32(), body.UInt32(), body.UInt32());
        if ((valid & FuseProtocol.SetSize) != 0 && disk.SetLength(node, (long)size) is var error and not Errno.None)
        {
            return error;
        }

        if (disk.Find(node) is { } changed)
        {
            changed.Permissions = (valid & FuseProtocol.SetMode) != 0 ? mode & 0xFFF : changed.Permissions;
            changed.ModifiedAt = (valid & FuseProtocol.SetModifiedNow) != 0 ? TimeProvider.System.GetUtcNow()
                : (valid & FuseProtocol.SetModified) != 0
                    ? DateTimeOffset.FromUnixTimeSeconds((long)modifiedAt).AddTicks(modifiedNanoseconds / 100)
                    : changed.ModifiedAt;
        }

        return Errno.None;
    }

    /// <summary>Opens a directory. Its listing is a snapshot, and does not change when entries are deleted.</summary>
    private Errno OpenDirectory(ulong node, ref FuseWriter payload)
    {
        if (disk.Find(node) is not DirectoryNode directory)
        {
            return Errno.NoEntry;
        }

        _openDirectories.Add(++_lastDirectory, [.. directory.Names]);
        payload.UInt64(_lastDirectory);
        payload.UInt32(0, 0);
        return Errno.None;
    }

    private static void List(IReadOnlyList<KeyValuePair<string, DiskNode>> names, int from, int maxBytes, ref FuseWriter payload)
    {
        for (var index = from; index < names.Count; index++)
        {
            var (name, node) = names[index];
            var nameBytes = Encoding.UTF8.GetByteCount(name);
            var end = payload.Length + ((EntryHeaderBytes + nameBytes + 7) & ~7);
            if (end > maxBytes)
            {
                return;
            }

            payload.UInt64(node.Id, (ulong)index + 1);
            payload.UInt32((uint)nameBytes, node is DirectoryNode ? DirectoryType : FileType);
            payload.Length += Encoding.UTF8.GetBytes(name, payload.Rest);
            payload.PadTo(end);
        }
    }

    private void PutRoom(ref FuseWriter payload)
    {
        var free = (ulong)Math.Max(0, disk.CapacityBytes - disk.UsedBytes) / FileNode.PageBytes;
        payload.UInt64((ulong)disk.CapacityBytes / FileNode.PageBytes, free, free, int.MaxValue, int.MaxValue);
        payload.UInt32(FileNode.PageBytes, 255, FileNode.PageBytes);
        payload.PadTo(StatFsBytes);
    }

    private static Errno PutOpen(Errno error, ref FuseWriter payload)
    {
        payload.UInt64(0);
        payload.UInt32(FuseProtocol.KeepCache, 0);
        return error;
    }

    private Errno PutAttributes(ulong id, ref FuseWriter payload)
    {
        if (disk.Find(id) is not { } node)
        {
            return Errno.NoEntry;
        }

        payload.UInt64(ValidSeconds, 0);
        PutAttributes(node, ref payload);
        return Errno.None;
    }

    private static Errno PutEntry((Errno Error, DiskNode? Node) found, ref FuseWriter payload)
    {
        if (found.Node is { } node)
        {
            payload.UInt64(node.Id, 0, ValidSeconds, ValidSeconds, 0);
            PutAttributes(node, ref payload);
        }

        return found.Error;
    }

    /// <summary>Writes the number, size and blocks of a node, its three timestamps in seconds, their nanoseconds, its mode, links, owner and
    /// device, and the block size.</summary>
    private static void PutAttributes(DiskNode node, ref FuseWriter payload)
    {
        var seconds = (ulong)node.ModifiedAt.ToUnixTimeSeconds();
        var nanoseconds = (uint)(node.ModifiedAt.Ticks % TimeSpan.TicksPerSecond * 100);
        payload.UInt64(node.Id, (ulong)node.LengthBytes, (ulong)node.AllocatedBytes / 512, seconds, seconds, seconds);
        payload.UInt32(nanoseconds, nanoseconds, nanoseconds);
        payload.UInt32(node.Type | node.Permissions, node is DirectoryNode ? 2 : (uint)node.Links, 0, 0, 0, FileNode.PageBytes, 0);
    }
}
