using System.Buffers;

namespace OrleansUploads.Client.Sources;

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
            return new ReadBody(await HashedBody.ReadAsync(source, range, withLinearHash, cancellationToken), held: null);
        }

        var length = (int)range.LengthBytes;
        var held = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await RangeReader.FillAsync(source, range, range.Start, held.AsMemory(0, length), cancellationToken);
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
