namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>The time format of every document: UTC with exactly three decimals, <c>2012-05-25T00:24:53.000Z</c>.</summary>
internal static class GlacierDate
{
    private const string MillisecondsFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string SecondsFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private static readonly string[] Formats = [SecondsFormat, MillisecondsFormat];

    /// <summary>Formats a time, truncated to milliseconds.</summary>
    public static string Format(DateTimeOffset at) => at.UtcDateTime.ToString(MillisecondsFormat, CultureInfo.InvariantCulture);

    /// <summary>Formats a time as inventories have it, <c>2012-05-25T00:24:53Z</c>, truncated to seconds.</summary>
    public static string FormatSeconds(DateTimeOffset at) =>
        at.UtcDateTime.ToString(SecondsFormat, CultureInfo.InvariantCulture);

    /// <summary>Parses either format.</summary>
    public static bool TryParse(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
}
