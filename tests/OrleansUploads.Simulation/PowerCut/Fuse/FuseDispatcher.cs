using System.Runtime.InteropServices;
using System.Text;
using OrleansUploads.Simulation.PowerCut.Disk;

namespace OrleansUploads.Simulation.PowerCut.Fuse;

/// <summary>Translates between the kernel's messages and the disk.</summary>
internal sealed class FuseDispatcher(ForgetfulDisk disk, PowerSupply power)
{
    private const ulong ValidSeconds = 3600;
    private static readonly int HeaderBytes = Marshal.SizeOf<FuseInHeader>();
    private static readonly int ReplyHeaderBytes = Marshal.SizeOf<FuseOutHeader>();

    private readonly FuseDirectories _directories = new(disk);

    /// <summary>Carries out a request.</summary>
    /// <returns>Length of the reply, or 0 if the request has none.</returns>
    public int Answer(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        var header = MemoryMarshal.Read<FuseInHeader>(request);
        var body = request[HeaderBytes..(int)header.Length];
        var payload = reply[ReplyHeaderBytes..];
        if (header.Opcode is FuseOpcode.Forget or FuseOpcode.BatchForget)
        {
            Forget(header, body);
            return 0;
        }

        var length = 0;
        var error = KindOf(header.Opcode) is { } operation && !power.Pass(operation)
            ? Errno.InputOutput
            : Answer(header, body, payload, out length);
        MemoryMarshal.Write(reply, new FuseOutHeader
        {
            Length = (uint)(ReplyHeaderBytes + length),
            Error = -(int)error,
            Unique = header.Unique,
        });
        return ReplyHeaderBytes + length;
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

    private Errno Answer(in FuseInHeader header, ReadOnlySpan<byte> body, Span<byte> payload, out int length)
    {
        length = 0;
        switch (header.Opcode)
        {
            case FuseOpcode.Init:
                length = Put(payload, Begin(MemoryMarshal.Read<FuseInitIn>(body)));
                return Errno.None;
            case FuseOpcode.Lookup:
                return PutEntry(disk.Lookup(header.Node, Name(ref body)), payload, out length);
            case FuseOpcode.GetAttr:
                return PutAttributes(header.Node, payload, out length);
            case FuseOpcode.SetAttr:
                var changed = SetAttributes(header.Node, MemoryMarshal.Read<FuseSetAttrIn>(body));
                return changed == Errno.None ? PutAttributes(header.Node, payload, out length) : changed;
            case FuseOpcode.MakeDirectory:
                var directory = Take<FuseMakeDirectoryIn>(ref body);
                return PutEntry(disk.CreateDirectory(header.Node, Name(ref body), directory.Mode), payload, out length);
            case FuseOpcode.MakeNode:
                var made = Take<FuseMakeNodeIn>(ref body);
                return PutEntry(disk.CreateFile(header.Node, Name(ref body), made.Mode), payload, out length);
            case FuseOpcode.Create:
                return Create(header.Node, body, payload, out length);
            case FuseOpcode.Link:
                var linked = Take<ulong>(ref body);
                return PutEntry(disk.Link(linked, header.Node, Name(ref body)), payload, out length);
            case FuseOpcode.Unlink:
                return disk.Remove(header.Node, Name(ref body), isDirectory: false);
            case FuseOpcode.RemoveDirectory:
                return disk.Remove(header.Node, Name(ref body), isDirectory: true);
            case FuseOpcode.Rename:
                var target = Take<ulong>(ref body);
                return disk.Rename(header.Node, Name(ref body), target, Name(ref body), replaces: true);
            case FuseOpcode.RenameWithFlags:
                var move = Take<FuseRenameIn>(ref body);
                return (move.Flags & ~FuseProtocol.RenameNoReplace) != 0
                    ? Errno.Invalid
                    : disk.Rename(header.Node, Name(ref body), move.NewDirectory, Name(ref body), replaces: move.Flags == 0);
            case FuseOpcode.Open:
                length = Put(payload, new FuseOpenOut { OpenFlags = FuseProtocol.KeepCache });
                return Errno.None;
            case FuseOpcode.Read:
                var read = MemoryMarshal.Read<FuseTransferIn>(body);
                (var readError, length) = disk.Read(header.Node, (long)read.Offset, payload[..(int)read.Size]);
                return readError;
            case FuseOpcode.Write:
                var write = Take<FuseTransferIn>(ref body);
                length = Put(payload, new FuseWriteOut { Size = write.Size });
                return Checked(disk.Write(header.Node, (long)write.Offset, body[..(int)write.Size]), ref length);
            case FuseOpcode.Allocate:
                var room = MemoryMarshal.Read<FuseAllocateIn>(body);
                return (room.Mode & ~FuseProtocol.AllocateKeepSize) != 0
                    ? Errno.NotSupported
                    : disk.Allocate(header.Node, (long)room.Offset, (long)room.Length, keepsLength: room.Mode != 0);
            case FuseOpcode.Fsync or FuseOpcode.FsyncDirectory:
                return disk.Flush(header.Node);
            case FuseOpcode.Flush:
                return disk.Close(header.Node);
            case FuseOpcode.StatFs:
                length = Put(payload, Room());
                return Errno.None;
            case FuseOpcode.OpenDirectory:
                return _directories.Open(header.Node) is { } handle
                    ? Done(Put(payload, new FuseOpenOut { Handle = handle }), out length)
                    : Errno.NoEntry;
            case FuseOpcode.ReadDirectory:
                var list = MemoryMarshal.Read<FuseTransferIn>(body);
                return Done(_directories.Read(list.Handle, list.Offset, payload[..(int)list.Size]), out length);
            case FuseOpcode.ReleaseDirectory:
                _directories.Close(MemoryMarshal.Read<ulong>(body));
                return Errno.None;
            case FuseOpcode.Release or FuseOpcode.Destroy:
                return Errno.None;
            default:
                return Errno.NotImplemented;
        }
    }

    private static FuseInitOut Begin(FuseInitIn kernel) => new()
    {
        Major = FuseProtocol.Major,
        Minor = FuseProtocol.Minor,
        MaxReadahead = Math.Min(kernel.MaxReadahead, FuseProtocol.MaxWriteBytes),
        Flags = kernel.Flags & (FuseProtocol.BigWrites | FuseProtocol.MaxPages | FuseProtocol.ParallelDirectories),
        MaxBackground = 16,
        CongestionThreshold = 12,
        MaxWrite = FuseProtocol.MaxWriteBytes,
        TimeGranularity = 1,
        MaxPages = FuseProtocol.MaxWriteBytes / FuseProtocol.PageBytes,
    };

    private void Forget(in FuseInHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Opcode == FuseOpcode.Forget)
        {
            disk.Forget(header.Node, MemoryMarshal.Read<ulong>(body));
            return;
        }

        for (var left = Take<FuseBatchForgetIn>(ref body).Count; left > 0; left--)
        {
            var one = Take<FuseForgetOne>(ref body);
            disk.Forget(one.Node, one.Lookups);
        }
    }

    private Errno Create(ulong node, ReadOnlySpan<byte> body, Span<byte> payload, out int length)
    {
        var create = Take<FuseCreateIn>(ref body);
        var error = PutEntry(disk.CreateFile(node, Name(ref body), create.Mode), payload, out length);
        if (error == Errno.None)
        {
            length += Put(payload[length..], new FuseOpenOut { OpenFlags = FuseProtocol.KeepCache });
        }

        return error;
    }

    private Errno SetAttributes(ulong node, FuseSetAttrIn change)
    {
        if ((change.Valid & FuseProtocol.SetSize) != 0
            && disk.SetLength(node, (long)change.Size) is var error and not Errno.None)
        {
            return error;
        }

        disk.SetAttributes(
            node,
            (change.Valid & FuseProtocol.SetMode) != 0 ? change.Mode & 0xFFF : null,
            (change.Valid & FuseProtocol.SetModifiedNow) != 0 ? TimeProvider.System.GetUtcNow()
                : (change.Valid & FuseProtocol.SetModified) != 0
                    ? DateTimeOffset.FromUnixTimeSeconds((long)change.ModifiedAt).AddTicks(change.ModifiedNanoseconds / 100)
                    : null);
        return Errno.None;
    }

    private FuseStatFsOut Room()
    {
        var free = (ulong)Math.Max(0, disk.CapacityBytes - disk.UsedBytes) / FuseProtocol.PageBytes;
        return new FuseStatFsOut
        {
            Blocks = (ulong)disk.CapacityBytes / FuseProtocol.PageBytes,
            BlocksFree = free,
            BlocksAvailable = free,
            Files = int.MaxValue,
            FilesFree = int.MaxValue,
            BlockBytes = FuseProtocol.PageBytes,
            NameBytes = 255,
            FragmentBytes = FuseProtocol.PageBytes,
        };
    }

    private Errno PutAttributes(ulong node, Span<byte> payload, out int length)
    {
        length = disk.FactsOf(node) is { } facts
            ? Put(payload, new FuseAttributesOut { ValidSeconds = ValidSeconds, Attributes = AttributesOf(facts) })
            : 0;
        return length > 0 ? Errno.None : Errno.NoEntry;
    }

    private static Errno PutEntry(NodeFacts? facts, Span<byte> payload, out int length) =>
        PutEntry(facts is { } found ? (Errno.None, found) : (Errno.NoEntry, default), payload, out length);

    private static Errno PutEntry((Errno Error, NodeFacts Facts) found, Span<byte> payload, out int length)
    {
        length = found.Error != Errno.None ? 0 : Put(payload, new FuseEntryOut
        {
            Node = found.Facts.Id,
            EntryValidSeconds = ValidSeconds,
            AttributesValidSeconds = ValidSeconds,
            Attributes = AttributesOf(found.Facts),
        });
        return found.Error;
    }

    private static FuseAttributes AttributesOf(NodeFacts facts)
    {
        var seconds = (ulong)facts.ModifiedAt.ToUnixTimeSeconds();
        var nanoseconds = (uint)(facts.ModifiedAt.Ticks % TimeSpan.TicksPerSecond * 100);
        return new FuseAttributes
        {
            Inode = facts.Id,
            Size = (ulong)facts.LengthBytes,
            Blocks = (ulong)facts.AllocatedBytes / 512,
            AccessedAt = seconds,
            ModifiedAt = seconds,
            ChangedAt = seconds,
            AccessedNanoseconds = nanoseconds,
            ModifiedNanoseconds = nanoseconds,
            ChangedNanoseconds = nanoseconds,
            Mode = facts.Type | facts.Permissions,
            Links = (uint)facts.Links,
            BlockBytes = FuseProtocol.PageBytes,
        };
    }

    private static Errno Done(int written, out int length)
    {
        length = written;
        return Errno.None;
    }

    private static Errno Checked(Errno error, ref int length)
    {
        length = error == Errno.None ? length : 0;
        return error;
    }

    private static int Put<T>(Span<byte> payload, in T value)
        where T : struct
    {
        MemoryMarshal.Write(payload, value);
        return Marshal.SizeOf<T>();
    }

    private static T Take<T>(ref ReadOnlySpan<byte> body)
        where T : struct
    {
        var value = MemoryMarshal.Read<T>(body);
        body = body[Marshal.SizeOf<T>()..];
        return value;
    }

    private static string Name(ref ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)0);
        var name = Encoding.UTF8.GetString(body[..end]);
        body = body[(end + 1)..];
        return name;
    }
}
