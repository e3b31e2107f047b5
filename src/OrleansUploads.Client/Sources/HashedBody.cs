using OrleansUploads.Client.Models;
using OrleansUploads.Hashing;

namespace OrleansUploads.Client.Sources;

/// <summary>Bytes to send, with their linear hash and tree hash. The hashes are computed once, even if the bytes are sent
/// several times.</summary>
public sealed class HashedBody
{
    private HashedBody(ByteSource source, ByteRange range, LinearHash linear, TreeHash tree)
    {
        Source = source;
        Range = range;
        LinearHash = linear;
        TreeHash = tree;
    }

    /// <summary>The source that contains the bytes.</summary>
    public ByteSource Source { get; }

    /// <summary>The range of the source to send.</summary>
    public ByteRange Range { get; }

    /// <summary>The number of bytes.</summary>
    public long LengthBytes => Range.LengthBytes;

    /// <summary>The SHA-256 hash of the bytes, which is part of the request's signature.</summary>
    public LinearHash LinearHash { get; }

    /// <summary>The tree hash of the bytes.</summary>
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

    /// <summary>Hashes a range of a source, with a buffer of at most 8 MiB.</summary>
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
