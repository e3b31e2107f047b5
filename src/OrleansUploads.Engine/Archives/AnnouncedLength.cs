using OrleansUploads.Core;

namespace OrleansUploads.Engine.Archives;

/// <summary>Holds the writer of an attempt to the length that was announced when it was begun.</summary>
internal struct AnnouncedLength
{
    private readonly long _bytes;
    private long _takenBytes;

    /// <summary>Takes an announced length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No attempt has that length.</exception>
    public AnnouncedLength(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Limits.MaxPartSizeBytes);
        _bytes = bytes;
    }

    /// <summary>How many leaves there are for so many bytes.</summary>
    public static int Leaves(long bytes) => (int)((bytes + Limits.LeafBytes - 1) / Limits.LeafBytes);

    /// <summary>Takes more bytes; returns at which offset they belong.</summary>
    /// <exception cref="InvalidOperationException">They are more than were announced; none was taken.</exception>
    public long Take(int bytes)
    {
        if (bytes > _bytes - _takenBytes)
        {
            throw new InvalidOperationException(
                $"{_bytes} bytes were announced and {_takenBytes} written; {bytes} more are too many.");
        }

        var offset = _takenBytes;
        _takenBytes += bytes;
        return offset;
    }

    /// <summary>Checks that all bytes came, and a leaf for each 1 MiB.</summary>
    /// <exception cref="InvalidOperationException">Bytes are missing; they can still be written.</exception>
    /// <exception cref="ArgumentException">There are more or fewer leaves than 1 MiB runs.</exception>
    public readonly void ThrowUnlessComplete(int leaves)
    {
        if (_takenBytes != _bytes)
        {
            throw new InvalidOperationException($"{_bytes} bytes were announced and only {_takenBytes} written.");
        }

        if (leaves != Leaves(_bytes))
        {
            throw new ArgumentException($"{_bytes} bytes have {Leaves(_bytes)} leaves, not {leaves}.", nameof(leaves));
        }
    }
}
