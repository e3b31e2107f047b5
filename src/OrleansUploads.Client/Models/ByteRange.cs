using System.Globalization;

namespace OrleansUploads.Client.Models;

/// <summary>A range of bytes, from <paramref name="Start"/> up to but not including <paramref name="EndExclusive"/>.</summary>
/// <param name="Start">The offset of the first byte.</param>
/// <param name="EndExclusive">The offset after the last byte.</param>
public readonly record struct ByteRange(long Start, long EndExclusive)
{
    /// <summary>The number of bytes.</summary>
    public long LengthBytes => EndExclusive - Start;

    /// <summary>Parses the protocol's form <c>first-last</c>, with both ends inclusive.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ByteRange range)
    {
        range = default;
        var dash = text.IndexOf('-');
        if (dash < 0
            || !long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first
            || last == long.MaxValue)
        {
            return false;
        }

        range = new ByteRange(first, last + 1);
        return true;
    }

    /// <summary>Returns the protocol's form <c>first-last</c>, with both ends inclusive.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Start}-{EndExclusive - 1}");
}
