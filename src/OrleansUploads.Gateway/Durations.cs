namespace OrleansUploads.Gateway;

/// <summary>Durations in settings and on the command line.</summary>
public static class Durations
{
    public const string Examples = "90s, 15m, 24h or 7d";

    /// <summary>Parses a whole number followed by <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>, or just 0.</summary>
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

    /// <summary>Formats a duration as <see cref="TryParse"/> reads it, in whole seconds.</summary>
    public static string Format(TimeSpan duration)
    {
        var (count, unit) = (long)duration.TotalSeconds switch
        {
            0 => (0, ""),
            var seconds when seconds % (24 * 3600) == 0 && seconds > 24 * 3600 => (seconds / (24 * 3600), "d"),
            var seconds when seconds % 3600 == 0 => (seconds / 3600, "h"),
            var seconds when seconds % 60 == 0 => (seconds / 60, "m"),
            var seconds => (seconds, "s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
    }
}
