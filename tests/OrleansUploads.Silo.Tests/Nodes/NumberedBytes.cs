using System.Buffers.Binary;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Silo.Tests.Nodes;

/// <summary>Bytes that any process can make, and that differ at each offset and for each number.</summary>
/// <param name="number">The number of the content.</param>
/// <param name="lengthBytes">Its length.</param>
internal sealed class NumberedBytes(int number, long lengthBytes) : ByteSource
{
    public override long LengthBytes => lengthBytes;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(buffer.Length, lengthBytes - offsetBytes);
        Fill(buffer.Span[..count], offsetBytes);
        return ValueTask.FromResult(count);
    }

    /// <summary>All bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[lengthBytes];
        Fill(bytes, 0);
        return bytes;
    }

    private void Fill(Span<byte> bytes, long offsetBytes)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (var at = 0; at < bytes.Length;)
        {
            var (index, skipped) = Math.DivRem(offsetBytes + at, sizeof(ulong));
            BinaryPrimitives.WriteUInt64LittleEndian(word, Mix(((ulong)number << 32) + (ulong)index));
            var copied = Math.Min(sizeof(ulong) - (int)skipped, bytes.Length - at);
            word.Slice((int)skipped, copied).CopyTo(bytes[at..]);
            at += copied;
        }
    }

    /// <summary>Steele, Lea and Flood's SplitMix64: different numbers have different results.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value + 1) * 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
