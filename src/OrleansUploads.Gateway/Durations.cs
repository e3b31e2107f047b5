using System.Globalization;

namespace OrleansUploads.Gateway;

/// <summary>Durations as people write them in settings and on a command line.</summary>
public static class Durations
{
    /// <summary>Reads a whole number followed by <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>; a bare 0 is fine too.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        TimeSpan? unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        duration = unit is { } known && count < int.MaxValue / 1000 ? known * count : TimeSpan.Zero;
        return unit is not null && count < int.MaxValue / 1000;
    }
}
