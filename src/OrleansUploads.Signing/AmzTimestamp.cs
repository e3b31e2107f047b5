using System.Globalization;

namespace OrleansUploads.Signing;

/// <summary>The timestamp format of Signature Version 4: ISO 8601 basic format, UTC, whole seconds
/// (<c>20120525T002453Z</c>).</summary>
public static class AmzTimestamp
{
    private const string Form = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The forms of the header <c>Date</c>. Amazon documents only the basic one, but botocore and other libraries send the others to
    /// it, and sign the basic one.</summary>
    private static readonly string[] DateForms =
    [
        Form,
        "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        "ddd, dd MMM yyyy HH:mm:ss '+0000'",
        "ddd, dd MMM yyyy HH:mm:ss '-0000'",
        "yyyy-MM-dd'T'HH:mm:ss'Z'",
    ];

    /// <summary>The length of <c>yyyyMMdd</c>.</summary>
    internal const int DateChars = 8;

    /// <summary>Formats a time. Fractions of a second are truncated.</summary>
    public static string Format(DateTimeOffset at) =>
        at.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Parses a timestamp. Other formats are rejected.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);

    /// <summary>Parses the header <c>Date</c>: a timestamp, a date of HTTP or mail in UTC (<c>Fri, 25 May 2012 00:24:53 GMT</c>), or ISO
    /// 8601 extended format in UTC (<c>2012-05-25T00:24:53Z</c>).</summary>
    internal static bool TryParseDate(ReadOnlySpan<char> text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
}
