using System.Buffers.Binary;
using System.Text;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>CRC-32C over a stored blob, its type and its place, so that a blob in the wrong place is detected too.</summary>
internal static class RecordChecksum
{
    private const byte RecordTag = (byte)'r';
    private const byte SnapshotTag = (byte)'s';

    /// <summary>The checksum of a stream's kind and key, with which the checksums of all its blobs start.</summary>
    public static uint OfStream(EntityId entity)
    {
        var maxBytes = sizeof(int) + Encoding.UTF8.GetMaxByteCount(entity.Key.Length);
        Span<byte> name = maxBytes <= 1024 ? stackalloc byte[1024] : new byte[maxBytes];
        BinaryPrimitives.WriteInt32LittleEndian(name, (int)entity.Kind);
        var length = sizeof(int) + Encoding.UTF8.GetBytes(entity.Key, name[sizeof(int)..]);
        return Crc32C.Append(0, name[..length]);
    }

    public static uint OfRecord(uint stream, long version, ReadOnlySpan<byte> bytes) => Of(RecordTag, stream, version, bytes);

    public static uint OfSnapshot(uint stream, long version, ReadOnlySpan<byte> bytes) => Of(SnapshotTag, stream, version, bytes);

    public static uint OfHead(in StreamHead head) =>
        OfNumbers(head.Checksum, [head.Id, head.Version, head.Last, head.WakeAt ?? long.MinValue]);

    public static uint OfCounters(long sequence, long indexedThrough) => OfNumbers(0, [sequence, indexedThrough]);

    /// <summary>The checksum of bytes outside any stream.</summary>
    public static uint OfBytes(ReadOnlySpan<byte> bytes) => Crc32C.Append(0, bytes);

    private static uint OfNumbers(uint crc, ReadOnlySpan<long> numbers)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            crc = Crc32C.Append(crc, bytes);
        }

        return crc;
    }

    private static uint Of(byte tag, uint stream, long version, ReadOnlySpan<byte> bytes)
    {
        Span<byte> place = stackalloc byte[1 + sizeof(long)];
        place[0] = tag;
        BinaryPrimitives.WriteInt64LittleEndian(place[1..], version);
        return Crc32C.Append(Crc32C.Append(stream, place), bytes);
    }
}
