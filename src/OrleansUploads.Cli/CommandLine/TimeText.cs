namespace OrleansUploads.Cli.CommandLine;

/// <summary>Formats times for people.</summary>
internal static class TimeText
{
    /// <summary>Formats a point in time: <c>2026-05-01 09:30:00Z</c>.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Formats a duration in its two largest units: <c>42 s</c>, <c>3 min 10 s</c>, <c>5 h 2 min</c>.</summary>
    public static string Format(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(duration.TotalSeconds):F0} s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes} min {duration.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalHours):F0} h {duration.Minutes} min"),
    };
}
