using System.Buffers;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client.Transfers;

/// <summary>Reads a stream of unknown length in parts of one size. One part is read ahead.</summary>
internal sealed class StreamParts
{
    /// <summary>The largest part that is read into memory: 1 GiB.</summary>
    public const int MaxPartSizeBytes = 1 << 30;

    private readonly Stream _stream;
    private byte[]? _read;
    private int _readBytes;

    public StreamParts(Stream stream, int partSizeBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (partSizeBytes is < (int)GlacierLimits.MinPartSizeBytes or > MaxPartSizeBytes || !int.IsPow2(partSizeBytes))
        {
            throw new ArgumentOutOfRangeException(
                nameof(partSizeBytes), partSizeBytes, "The part size must be 1 MiB times a power of two, at most 1 GiB.");
        }

        _stream = stream;
        PartSizeBytes = partSizeBytes;
    }

    public int PartSizeBytes { get; }

    /// <summary>Taken so far.</summary>
    public long LengthBytes { get; private set; }

    /// <summary>Returns whether there is a next part.</summary>
    /// <exception cref="IOException">The stream is longer than 10,000 parts, or it cannot be read.</exception>
    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PartSizeBytes);
        _readBytes = await _stream.ReadAtLeastAsync(
            buffer.AsMemory(0, PartSizeBytes), PartSizeBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (_readBytes > 0 && LengthBytes < (long)GlacierLimits.MaxParts * PartSizeBytes)
        {
            _read = buffer;
            return true;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return _readBytes == 0
            ? false
            : throw new IOException(
                $"The stream is longer than {GlacierLimits.MaxParts} parts of {PartSizeBytes} bytes. Use larger parts.");
    }

    public StreamPart Take()
    {
        var buffer = _read ?? throw new InvalidOperationException("No part has been read.");
        _read = null;
        var range = new ByteRange(LengthBytes, LengthBytes + _readBytes);
        LengthBytes = range.EndExclusive;
        return new StreamPart(range, buffer);
    }
}

/// <summary>A part of a stream, in a rented buffer.</summary>
internal readonly struct StreamPart(ByteRange range, byte[] buffer)
{
    public ByteRange Range { get; } = range;

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, (int)Range.LengthBytes);

    public void Return() => ArrayPool<byte>.Shared.Return(buffer);
}
