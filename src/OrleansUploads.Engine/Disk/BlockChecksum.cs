using System.Buffers.Binary;
using System.Numerics;

namespace OrleansUploads.Engine.Disk;

/// <summary>CRC-32C (Castagnoli) of stored bytes; the one place that says which implementation computes it.</summary>
internal static class BlockChecksum
{
    /// <summary>The checksum of these bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of earlier bytes, continued over these; 0 where there are no earlier ones.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var single in bytes)
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return ~crc;
    }
}
