using System.Buffers.Binary;

namespace OrleansUploads.Simulation.PowerCut.Fuse;

/// <summary>The FUSE requests of linux/fuse.h that this file system answers.</summary>
internal enum FuseOpcode : uint
{
    Lookup = 1,
    Forget = 2,
    GetAttr = 3,
    SetAttr = 4,
    MakeNode = 8,
    MakeDirectory = 9,
    Unlink = 10,
    RemoveDirectory = 11,
    Rename = 12,
    Link = 13,
    Open = 14,
    Read = 15,
    Write = 16,
    StatFs = 17,
    Release = 18,
    Fsync = 20,
    Flush = 25,
    Init = 26,
    OpenDirectory = 27,
    ReadDirectory = 28,
    ReleaseDirectory = 29,
    FsyncDirectory = 30,
    Create = 35,
    Destroy = 38,
    BatchForget = 42,
    Allocate = 43,
    RenameWithFlags = 45,
}

/// <summary>Constants of version 7.38 of the protocol.</summary>
internal static class FuseProtocol
{
    public const uint Major = 7;
    public const uint Minor = 38;
    public const int MaxWriteBytes = 1024 * 1024;
    public const uint BigWrites = 1 << 5;
    public const uint ParallelDirectories = 1 << 18;
    public const uint MaxPages = 1 << 22;
    public const uint KeepCache = 1 << 1;
    public const uint SetMode = 1 << 0;
    public const uint SetSize = 1 << 3;
    public const uint SetModified = 1 << 5;
    public const uint SetModifiedNow = 1 << 8;
    public const uint RenameNoReplace = 1;
    public const uint AllocateKeepSize = 1;
}

/// <summary>Reads the fields of a request one after the other.</summary>
internal ref struct FuseReader(ReadOnlySpan<byte> request)
{
    private ReadOnlySpan<byte> _rest = request;

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(sizeof(ulong)));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    public string Name() => Encoding.UTF8.GetString(Bytes(_rest.IndexOf((byte)0) + 1)[..^1]);
}

/// <summary>Writes the fields of a reply one after the other.</summary>
internal ref struct FuseWriter(Span<byte> reply)
{
    private readonly Span<byte> _reply = reply;

    public int Length { get; set; }

    public readonly Span<byte> Rest => _reply[Length..];

    public void UInt16(params ReadOnlySpan<int> values)
    {
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Rest, (ushort)value);
            Length += sizeof(ushort);
        }
    }

    public void UInt32(params ReadOnlySpan<uint> values)
    {
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Rest, value);
            Length += sizeof(uint);
        }
    }

    public void UInt64(params ReadOnlySpan<ulong> values)
    {
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(Rest, value);
            Length += sizeof(ulong);
        }
    }

    public void PadTo(int length)
    {
        Rest[..(length - Length)].Clear();
        Length = length;
    }
}
