using System.Globalization;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The time form of every document: UTC with exactly three decimals, <c>2012-05-25T00:24:53.000Z</c>.</summary>
internal static class GlacierDate
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string SecondsForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private static readonly string[] Forms = [SecondsForm, Form];

    /// <summary>Writes a time; what is finer than a millisecond is cut off.</summary>
    public static string Format(DateTimeOffset at) => at.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Writes a time as inventories have it, <c>2012-05-25T00:24:53Z</c>; what is finer than a second is cut off.</summary>
    public static string FormatSeconds(DateTimeOffset at) =>
        at.UtcDateTime.ToString(SecondsForm, CultureInfo.InvariantCulture);

    /// <summary>Reads either form.</summary>
    public static bool TryParse(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
}
