using System.Globalization;

namespace OrleansUploads.Signing;

/// <summary>The timestamp format of Signature Version 4: ISO 8601 basic format, UTC, whole seconds
/// (<c>20120525T002453Z</c>).</summary>
public static class AmzTimestamp
{
    private const string Form = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The length of <c>yyyyMMdd</c>.</summary>
    internal const int DateChars = 8;

    /// <summary>Formats a time. Fractions of a second are truncated.</summary>
    public static string Format(DateTimeOffset at) =>
        at.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Parses a timestamp. Other formats are rejected.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
}
