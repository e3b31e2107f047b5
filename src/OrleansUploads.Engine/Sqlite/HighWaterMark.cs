using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>The number of the last change that was acknowledged, kept outside the database.</summary>
/// <remarks>SQLite drops the end of a write-ahead log if its checksums are wrong, because crashes leave such ends. It cannot
/// distinguish a torn transaction from a damaged one that was acknowledged, but this mark can. The mark is written after the
/// commit and before callers are answered, so it is never ahead of the durable changes. It is not flushed: after a power cut
/// it may lag behind, which only makes the check less strict. <para>The file has two slots in different disk blocks, written
/// in turn, so that a torn write leaves one intact.</para></remarks>
internal sealed class HighWaterMark : IDisposable
{
    public const string FileName = "journal.mark";

    private const int SlotStrideBytes = 4096;
    private const int SlotBytes = 20;
    private const int FileBytes = 2 * SlotStrideBytes;
    private const long Magic = 0x314B52414D4C4A4F;

    private readonly SafeFileHandle _file;
    private int _nextSlot;

    private HighWaterMark(SafeFileHandle file, int nextSlot)
    {
        _file = file;
        _nextSlot = nextSlot;
    }

    /// <summary>Reads the mark in a folder, or null if the file does not exist.</summary>
    /// <exception cref="JournalDamagedException">Neither slot is readable, which a crash cannot cause.</exception>
    public static long? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        long? highest = null;
        for (int slot = 0; slot < 2; slot++)
        {
            if (ReadSlot(bytes, slot) is { } number && number >= (highest ?? 0))
            {
                highest = number;
            }
        }

        return highest ?? throw new JournalDamagedException(
            $"{path} contains no readable mark, so acknowledged records may be missing unnoticed. "
            + $"Restore the whole journal folder from a backup or, to continue without this check, delete {FileName}.");
    }

    public static HighWaterMark Open(string folder, long current, IDiskFlush flush)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            Create(path, current, flush);
        }

        var bytes = File.ReadAllBytes(path);
        var newest = (ReadSlot(bytes, 1) ?? -1) > (ReadSlot(bytes, 0) ?? -1) ? 1 : 0;
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var mark = new HighWaterMark(file, 1 - newest);
        mark.Advance(current);
        return mark;
    }

    /// <summary>Writes the number of the last durable change.</summary>
    public void Advance(long number)
    {
        Span<byte> slot = stackalloc byte[SlotBytes];
        WriteSlot(slot, number);
        RandomAccess.Write(_file, slot, _nextSlot * SlotStrideBytes);
        _nextSlot = 1 - _nextSlot;
    }

    public void Dispose() => _file.Dispose();

    private static void Create(string path, long number, IDiskFlush flush)
    {
        // Write it under another name first, so that a crash cannot leave a mark without content.
        var unfinished = path + ".new";
        var bytes = new byte[FileBytes];
        WriteSlot(bytes, number);
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, OwnerOnly.NewFile()))
        {
            RandomAccess.Write(file.SafeFileHandle, bytes, 0);
            flush.RequireFile(file.SafeFileHandle, unfinished);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static void WriteSlot(Span<byte> slot, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(slot, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[16..], RecordChecksum.OfBytes(slot[..16]));
    }

    private static long? ReadSlot(ReadOnlySpan<byte> file, int slot)
    {
        var offset = slot * SlotStrideBytes;
        if (file.Length < offset + SlotBytes)
        {
            return null;
        }

        var bytes = file.Slice(offset, SlotBytes);
        var intact = BinaryPrimitives.ReadInt64LittleEndian(bytes) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) == RecordChecksum.OfBytes(bytes[..16]);
        return intact ? BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) : null;
    }
}
