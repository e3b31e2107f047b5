using OrleansUploads.Core.Parts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>Whole numbers of the protocol: digits only, without sign or space, at most 2^63-1.</summary>
internal static class ProtocolNumber
{
    /// <summary>Parses one number.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Parses a maximum number of items, at least 1. A number that is too large for 64 bits counts as a very large
    /// limit.</summary>
    public static bool TryParseLimit(ReadOnlySpan<char> text, out long limit)
    {
        if (text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9'))
        {
            limit = TryParse(text, out var number) ? number : long.MaxValue;
            return limit >= 1;
        }

        limit = 0;
        return false;
    }

    /// <summary>Parses <c>first-last</c>. The last byte must not be before the first.</summary>
    public static bool TryParseRange(ReadOnlySpan<char> text, out PartRange range)
    {
        range = default;
        var dash = text.IndexOf('-');
        // The length of a range that ends at the largest number would overflow.
        if (dash < 0
            || !TryParse(text[..dash], out var first)
            || !TryParse(text[(dash + 1)..], out var last)
            || last < first
            || last == long.MaxValue)
        {
            return false;
        }

        range = new PartRange(first, last);
        return true;
    }
}
