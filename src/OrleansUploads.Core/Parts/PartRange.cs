namespace OrleansUploads.Core.Parts;

/// <summary>A contiguous range of an archive's bytes. Both ends are inclusive.</summary>
public readonly record struct PartRange : ITextValue<PartRange>
{
    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> if <paramref name="firstByte"/> is negative or greater than
    /// <paramref name="lastByte"/>.</summary>
    public PartRange(long firstByte, long lastByte)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstByte);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastByte, firstByte);
        FirstByte = firstByte;
        LastByte = lastByte;
    }

    public long FirstByte { get; }

    public long LastByte { get; }

    public long LengthBytes => LastByte - FirstByte + 1;

    /// <summary>Parses the result of <see cref="ToString"/>: digits only, without sign or space.</summary>
    public static bool TryParse(string? text, out PartRange range)
    {
        range = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;

        // The length of a range that ends at the largest number would overflow.
        if (dash < 0
            || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first
            || last == long.MaxValue)
        {
            return false;
        }

        range = new PartRange(first, last);
        return true;
    }

    /// <summary><c>first-last</c>, as the protocol writes it.</summary>
    public override string ToString() => $"{FirstByte}-{LastByte}";
}
