using System.Buffers;
using System.Runtime.CompilerServices;

namespace OrleansUploads.Client.Sources;

internal static class RangeReader
{
    private static readonly int HashBytes = PartHasher.BatchBytes;

    /// <summary>Computes the tree hash of a range of any length in constant memory.</summary>
    /// <exception cref="EndOfStreamException">The source ends before the range does.</exception>
    public static async Task<TreeHash> HashAsync(
        ByteSource source, ByteRange range, CancellationToken cancellationToken)
    {
        using var hasher = new TreeHashBuilder();
        await HashAsync(source, range, chunk => hasher.Append(chunk), cancellationToken).ConfigureAwait(false);
        return hasher.Finish();
    }

    /// <summary>Passes all bytes of a range to a hasher, at most 16 MiB at a time.</summary>
    /// <exception cref="EndOfStreamException">The source ends before the range does.</exception>
    public static async Task HashAsync(
        ByteSource source, ByteRange range, Action<ReadOnlySpan<byte>> append, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(HashBytes, Math.Max(1, range.LengthBytes)));
        try
        {
            await foreach (var chunk in ReadAsync(source, range, buffer, cancellationToken).ConfigureAwait(false))
            {
                append(chunk.Span);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Enumerates the bytes of a range in chunks that are at most as long as the buffer. A chunk is valid until the next one is
    /// requested. Bytes that are in memory already are not copied to the buffer.</summary>
    /// <exception cref="EndOfStreamException">The source ends before the range does.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        ByteSource source,
        ByteRange range,
        Memory<byte> buffer,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (source.FindInMemory(range) is { } rest)
        {
            while (rest.Length > 0)
            {
                var chunk = rest[..Math.Min(buffer.Length, rest.Length)];
                yield return chunk;
                rest = rest[chunk.Length..];
            }

            yield break;
        }

        var at = range.Start;
        while (at < range.EndExclusive)
        {
            var wanted = buffer[..(int)Math.Min(buffer.Length, range.EndExclusive - at)];
            await FillAsync(source, range, at, wanted, cancellationToken).ConfigureAwait(false);
            yield return wanted;
            at += wanted.Length;
        }
    }

    /// <summary>Fills a buffer with the bytes of a range from an offset on.</summary>
    /// <exception cref="EndOfStreamException">The source ends before the range does.</exception>
    public static async Task FillAsync(
        ByteSource source, ByteRange range, long at, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await source.ReadAsync(buffer[filled..], at + filled, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException(
                    $"The source ends at byte {at + filled}, within the range {range}. It has become shorter.");
            }

            filled += read;
        }
    }
}
