using OrleansUploads.Client.Sources;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>The bytes of an archive that cost almost nothing to make: each MiB is the same random one, but for its first eight bytes, which
/// are its number.</summary>
/// <param name="lengthBytes">The length; any part of it is a source, too.</param>
internal sealed class PartBytes(long lengthBytes) : ByteSource
{
    private const int BlockBytes = 1 << 20;

    private static readonly byte[] Block = Some.Bytes(BlockBytes, seed: 1);

    public override long LengthBytes => lengthBytes;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
    {
        var at = (int)(offsetBytes % BlockBytes);
        var count = (int)Math.Min(Math.Min(buffer.Length, BlockBytes - at), lengthBytes - offsetBytes);
        Block.AsSpan(at, count).CopyTo(buffer.Span);
        Span<byte> number = stackalloc byte[sizeof(long)];
        BitConverter.TryWriteBytes(number, offsetBytes / BlockBytes);
        if (at < number.Length)
        {
            number[at..Math.Min(number.Length, at + count)].CopyTo(buffer.Span);
        }

        return ValueTask.FromResult(count);
    }

    /// <summary>Copies a range, for a client that wants it in memory.</summary>
    public async Task<byte[]> CopyAsync(long offsetBytes, int count, CancellationToken cancellationToken)
    {
        var copy = new byte[count];
        for (var at = 0; at < count;)
        {
            at += await ReadAsync(copy.AsMemory(at), offsetBytes + at, cancellationToken);
        }

        return copy;
    }
}
