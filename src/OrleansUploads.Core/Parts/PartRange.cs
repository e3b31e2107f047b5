namespace OrleansUploads.Core.Parts;

/// <summary>A run of an archive's bytes, both ends inclusive.</summary>
public readonly record struct PartRange
{
    /// <summary>Takes a range of at least one byte.</summary>
    /// <exception cref="ArgumentOutOfRangeException">First is negative or behind last; check before.</exception>
    public PartRange(long firstByte, long lastByte)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstByte);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastByte, firstByte);
        FirstByte = firstByte;
        LastByte = lastByte;
    }

    /// <summary>Offset of the first byte.</summary>
    public long FirstByte { get; }

    /// <summary>Offset of the last byte.</summary>
    public long LastByte { get; }

    /// <summary>How many bytes.</summary>
    public long LengthBytes => LastByte - FirstByte + 1;

    /// <summary><c>first-last</c>, as the protocol writes it.</summary>
    public override string ToString() => $"{FirstByte}-{LastByte}";
}
