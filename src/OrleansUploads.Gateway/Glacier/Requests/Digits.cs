using System.Globalization;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Gateway.Glacier.Requests;

/// <summary>Whole numbers as the protocol writes them: digits only, no sign, no space, at most 2^63-1.</summary>
internal static class Digits
{
    /// <summary>Reads one number.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Reads how many items are wanted at most; at least 1. So many digits that they are no number any more are a
    /// large limit all the same.</summary>
    public static bool TryReadLimit(ReadOnlySpan<char> text, out long limit)
    {
        if (text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9'))
        {
            limit = TryRead(text, out var number) ? number : long.MaxValue;
            return limit >= 1;
        }

        limit = 0;
        return false;
    }

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
