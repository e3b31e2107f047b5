using System.Globalization;

namespace OrleansUploads.Signing;

/// <summary>The time form of Signature Version 4: ISO 8601 basic, UTC, whole seconds (<c>20120525T002453Z</c>).</summary>
public static class AmzTimestamp
{
    private const string Form = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Length of the date part, <c>yyyyMMdd</c>.</summary>
    internal const int DateChars = 8;

    /// <summary>Writes a time; fractions of a second are cut off.</summary>
    public static string Format(DateTimeOffset at) =>
        at.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Reads exactly this form and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
}
