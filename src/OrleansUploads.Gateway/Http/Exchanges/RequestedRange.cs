namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>The range of bytes that a request asks for.</summary>
/// <param name="First">Offset of the first byte.</param>
/// <param name="LengthBytes">Number of bytes.</param>
internal readonly record struct RequestedRange(long First, long LengthBytes)
{
    private const string Unit = "bytes=";
    private const long MaxLast = long.MaxValue - 1;

    /// <summary>Reads a <c>Range</c> header.</summary>
    /// <param name="text">The header's value.</param>
    /// <param name="sizeBytes">The size of the object or output.</param>
    /// <param name="range">The range, cut at the end, or null if the header is malformed or has several ranges, and is to be
    /// ignored.</param>
    /// <returns>False if the range has no byte of it.</returns>
    public static bool TryRead(string? text, long sizeBytes, out RequestedRange? range)
    {
        range = null;
        if (text is null || !text.StartsWith(Unit, StringComparison.Ordinal))
        {
            return true;
        }

        var spec = text.AsSpan(Unit.Length).Trim();
        var dash = spec.IndexOf('-');
        if (dash < 0 || spec.Contains(','))
        {
            return true;
        }

        if (dash == 0)
        {
            if (!TryParse(spec[1..], out var suffix))
            {
                return true;
            }

            var length = Math.Min(suffix, sizeBytes);
            range = new RequestedRange(sizeBytes - length, length);
            return length > 0;
        }

        var last = MaxLast;
        if (!TryParse(spec[..dash], out var first) || (dash < spec.Length - 1 && !TryParse(spec[(dash + 1)..], out last)) || last < first)
        {
            return true;
        }

        last = Math.Min(last, sizeBytes - 1);
        range = new RequestedRange(first, last - first + 1);
        return first < sizeBytes;
    }

    /// <summary>The <c>Content-Range</c> header.</summary>
    public string ContentRange(long sizeBytes) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {First}-{First + LengthBytes - 1}/{sizeBytes}");

    /// <summary>Parses digits. A number that is too large for 64 bits is still a position, behind the end of every object.</summary>
    private static bool TryParse(ReadOnlySpan<char> text, out long number)
    {
        number = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? Math.Min(position, MaxLast)
            : MaxLast;
        return text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');
    }
}
