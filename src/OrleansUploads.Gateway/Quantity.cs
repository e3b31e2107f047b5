namespace OrleansUploads.Gateway;

/// <summary>Formats a number with its noun: <c>1 archive</c>, <c>2,000 archives</c>.</summary>
public static class Quantity
{
    /// <summary>The plural takes an s if none is given.</summary>
    public static string Format(long count, string noun, string? nouns = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? noun : nouns ?? noun + "s")}");
}

public static class ByteCount
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Parses a whole number with or without a unit: 300000, 64KiB, 256MiB, 4GiB.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = 0;
        var digits = text.AsSpan().TrimEnd("BbIiKkMmGgTt ");
        var unit = text[digits.Length..].Trim();
        var power = unit.Length == 0
            ? 0
            : Array.FindIndex(Units, known => known.Equals(unit, StringComparison.OrdinalIgnoreCase));
        if (power < 0
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > long.MaxValue >> (10 * power))
        {
            return false;
        }

        bytes = count << (10 * power);
        return true;
    }

    /// <summary>Parses a number of bytes per second: <c>50MiB/s</c> or <c>50MiB</c>.</summary>
    public static bool TryParseRate(string text, out long bytesPerSecond)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text.EndsWith("/s", StringComparison.OrdinalIgnoreCase) ? text[..^2] : text, out bytesPerSecond);
    }

    /// <summary>Formats a byte count in the largest unit that gives at least 1, with one decimal: <c>256.0 MiB</c>. Bytes have no
    /// decimal.</summary>
    public static string Format(double bytes)
    {
        var power = 0;
        while (bytes >= 1024 && power < Units.Length - 1)
        {
            bytes /= 1024;
            power++;
        }

        return power == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes:F0} {Units[0]}")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes:F1} {Units[power]}");
    }
}
