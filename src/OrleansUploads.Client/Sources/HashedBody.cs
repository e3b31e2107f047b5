using System.Buffers;

namespace OrleansUploads.Client.Sources;

/// <summary>Bytes to send, with their tree hash and usually their linear hash. The hashes are computed once, even if the bytes are sent
/// several times.</summary>
public sealed class HashedBody
{
    private HashedBody(ByteSource source, ByteRange range, LinearHash? linear, TreeHash tree)
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

    /// <summary>The SHA-256 hash of the bytes, or null if it was not computed. The request's signature covers it if there is one, and
    /// otherwise the tree hash alone.</summary>
    public LinearHash? LinearHash { get; }

    /// <summary>The tree hash of the bytes.</summary>
    public TreeHash TreeHash { get; }

    /// <summary>Called while the bytes are sent, or null.</summary>
    internal Action<long>? OnSent { get; private init; }

    /// <summary>The same bytes, whose sending is reported.</summary>
    /// <param name="onSent">Called after each piece with the number of bytes that the present attempt has sent, so it starts again from 0 when
    /// the request is repeated. It is called often, from any thread.</param>
    public HashedBody Reporting(Action<long> onSent) => new(Source, Range, LinearHash, TreeHash) { OnSent = onSent };

    /// <summary>Hashes bytes in memory. They must not change until they are sent.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="withLinearHash">Whether to compute the linear hash. Hashing takes less than half of the time without it, but only a
    /// server with <see cref="GlacierClient.AcceptsUnsignedPayload"/> takes such a body, and only as a part.</param>
    public static HashedBody Of(ReadOnlyMemory<byte> bytes, bool withLinearHash = true)
    {
        using var hasher = new PartHasher(withLinearHash);
        hasher.Append(bytes.Span);
        return Finish(hasher, ByteSource.FromMemory(bytes), new ByteRange(0, bytes.Length));
    }

    /// <summary>Hashes a range of a source, with a buffer of at most 16 MiB.</summary>
    /// <param name="source">The source.</param>
    /// <param name="range">The range to hash and to send.</param>
    /// <param name="withLinearHash">Whether to compute the linear hash, as in <see cref="Of"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="EndOfStreamException">The source ends before the range does.</exception>
    public static async Task<HashedBody> ReadAsync(
        ByteSource source, ByteRange range, bool withLinearHash = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var hasher = new PartHasher(withLinearHash);
        await RangeReader.HashAsync(source, range, chunk => hasher.Append(chunk), cancellationToken).ConfigureAwait(false);
        return Finish(hasher, source, range);
    }

    private static HashedBody Finish(PartHasher hasher, ByteSource source, ByteRange range)
    {
        var hashes = hasher.Finish();
        return new HashedBody(source, range, hashes.Linear, hashes.Tree);
    }
}

/// <summary>Bytes to send that are read only once if they are few: they stay in memory until this is disposed of.</summary>
public sealed class ReadBody : IDisposable
{
    /// <summary>The most bytes that are held in memory: 16 MiB.</summary>
    public const int MaxHeldBytes = 16 * 1024 * 1024;

    private readonly byte[]? _held;

    private ReadBody(HashedBody hashed, byte[]? held) => (Hashed, _held) = (hashed, held);

    /// <summary>The bytes with their hashes. Do not use them after disposal.</summary>
    public HashedBody Hashed { get; }

    /// <summary>Reads and hashes a range of a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="range">The range to hash and to send.</param>
    /// <param name="withLinearHash">Whether to compute the linear hash, as in <see cref="HashedBody.Of"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="EndOfStreamException">The source ends before the range does.</exception>
    public static async Task<ReadBody> ReadAsync(
        ByteSource source, ByteRange range, bool withLinearHash = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (range.LengthBytes > MaxHeldBytes || source.FindInMemory(range) is not null)
        {
            return new ReadBody(
                await HashedBody.ReadAsync(source, range, withLinearHash, cancellationToken).ConfigureAwait(false), held: null);
        }

        var length = (int)range.LengthBytes;
        var held = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await RangeReader.FillAsync(source, range, range.Start, held.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            return new ReadBody(HashedBody.Of(held.AsMemory(0, length), withLinearHash), held);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(held);
            throw;
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_held is not null)
        {
            ArrayPool<byte>.Shared.Return(_held);
        }
    }
}
