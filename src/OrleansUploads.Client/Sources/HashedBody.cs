using OrleansUploads.Client.Models;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Sources;

/// <summary>Bytes to send with both of their hashes, computed once however often they are sent.</summary>
public sealed class HashedBody
{
    private HashedBody(ByteSource source, ByteRange range, LinearHash linear, TreeHash tree)
    {
        Source = source;
        Range = range;
        LinearHash = linear;
        TreeHash = tree;
    }

    /// <summary>Where the bytes are.</summary>
    public ByteSource Source { get; }

    /// <summary>Which bytes of the source.</summary>
    public ByteRange Range { get; }

    /// <summary>How many bytes.</summary>
    public long LengthBytes => Range.LengthBytes;

    /// <summary>Plain SHA-256 of the bytes, which the signature covers.</summary>
    public LinearHash LinearHash { get; }

    /// <summary>Tree hash of the bytes.</summary>
    public TreeHash TreeHash { get; }

    /// <summary>Hashes bytes in memory. They must not change until they are sent.</summary>
    public static HashedBody Of(ReadOnlyMemory<byte> bytes)
    {
        using var hasher = new PartHasher();
        hasher.Append(bytes.Span);
        return Finish(hasher, ByteSource.FromMemory(bytes), new ByteRange(0, bytes.Length));
    }

    /// <summary>Hashes a whole source.</summary>
    public static Task<HashedBody> ReadAsync(ByteSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReadAsync(source, new ByteRange(0, source.LengthBytes), cancellationToken);
    }

    /// <summary>Hashes a range of a source, with a buffer of at most 4 MiB.</summary>
    /// <exception cref="EndOfStreamException">The source ends before the range does.</exception>
    public static async Task<HashedBody> ReadAsync(
        ByteSource source, ByteRange range, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var hasher = new PartHasher();
        await RangeReader.HashAsync(source, range, chunk => hasher.Append(chunk), cancellationToken);
        return Finish(hasher, source, range);
    }

    private static HashedBody Finish(PartHasher hasher, ByteSource source, ByteRange range)
    {
        var hashes = hasher.Finish();
        return new HashedBody(source, range, hashes.Linear, hashes.Tree);
    }
}
