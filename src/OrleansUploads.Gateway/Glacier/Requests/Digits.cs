using System.Globalization;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Gateway.Glacier.Requests;

/// <summary>Whole numbers as the protocol writes them: digits only, no sign, no space, at most 2^63-1.</summary>
internal static class Digits
{
    /// <summary>Reads one number.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Reads <c>first-last</c>; the last one is no smaller than the first.</summary>
    public static bool TryReadRange(ReadOnlySpan<char> text, out PartRange range)
    {
        range = default;
        var dash = text.IndexOf('-');
        // A range that ends at the largest number has a length that is none.
        if (dash < 0
            || !TryRead(text[..dash], out var first)
            || !TryRead(text[(dash + 1)..], out var last)
            || last < first
            || last == long.MaxValue)
        {
            return false;
        }

        range = new PartRange(first, last);
        return true;
    }
}
