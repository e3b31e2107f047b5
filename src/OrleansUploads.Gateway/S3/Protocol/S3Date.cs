namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The forms of times in S3.</summary>
internal static class S3Date
{
    /// <summary>The form in XML: ISO 8601 with milliseconds, UTC.</summary>
    public static string ToXml(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The form in headers, in whole seconds.</summary>
    public static string ToHeader(DateTimeOffset at) => at.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The form in errors: ISO 8601, UTC, whole seconds. SDKs set their clocks by it.</summary>
    public static string ToError(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Parses a time in a header. Other forms are ignored, as RFC 9110 requires for conditions.</summary>
    public static DateTimeOffset? FromHeader(string? text) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : null;

    /// <summary>The time without its fraction of a second, as headers show it.</summary>
    public static DateTimeOffset WholeSeconds(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond));
}
