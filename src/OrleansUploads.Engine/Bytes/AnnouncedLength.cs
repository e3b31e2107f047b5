namespace OrleansUploads.Engine.Bytes;

/// <summary>Ensures that an attempt gets exactly the number of bytes that was announced when it was created.</summary>
public struct AnnouncedLength
{
    /// <summary>The longest part of any protocol, which is that of an object.</summary>
    public const long MaxBytes = ObjectLimits.MaxPartBytes;

    private readonly long _bytes;
    private long _countedBytes;

    /// <summary>Starts with no bytes.</summary>
    /// <param name="bytes">The announced length, from 1 byte to <see cref="MaxBytes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No attempt can have this length.</exception>
    public AnnouncedLength(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, MaxBytes);
        _bytes = bytes;
    }

    /// <summary>The number of leaves for a number of bytes.</summary>
    public static int Leaves(long bytes) => (int)((bytes + TreeHash.LeafBytes - 1) / TreeHash.LeafBytes);

    /// <summary>Counts more bytes.</summary>
    /// <returns>The offset of the first of them.</returns>
    /// <exception cref="InvalidOperationException">There would be more bytes than announced; none were counted.</exception>
    public long Add(int bytes)
    {
        if (bytes > _bytes - _countedBytes)
        {
            throw new InvalidOperationException(
                $"{_bytes} bytes were announced and {_countedBytes} written; {bytes} more would exceed that.");
        }

        var offset = _countedBytes;
        _countedBytes += bytes;
        return offset;
    }

    /// <summary>Requires that all bytes were counted, and that there is one leaf for each 1 MiB.</summary>
    /// <exception cref="InvalidOperationException">Bytes are missing; they can still be added.</exception>
    /// <exception cref="ArgumentException">The number of leaves is wrong.</exception>
    public readonly void ThrowUnlessComplete(int leaves)
    {
        if (_countedBytes != _bytes)
        {
            throw new InvalidOperationException($"{_bytes} bytes were announced and only {_countedBytes} written.");
        }

        if (leaves != Leaves(_bytes))
        {
            throw new ArgumentException($"{_bytes} bytes have {Leaves(_bytes)} leaves, not {leaves}.", nameof(leaves));
        }
    }
}
