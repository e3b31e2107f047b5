using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OrleansUploads.Gateway.S3;

/// <summary>How keys are written where they would not fit as they are.</summary>
internal static class S3Encoding
{
    private static readonly SearchValues<byte> Kept =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*/"u8);

    /// <summary>The form of <c>encoding-type=url</c>: percent escapes, with slashes kept and spaces as plus signs.</summary>
    public static string Url(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value == ' ')
            {
                encoded.Append('+');
            }
            else if (Kept.Contains(value))
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return encoded.ToString();
    }

    /// <summary>The token of a list that continues behind a key.</summary>
    public static string Token(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    public static bool TryReadToken(string token, [NotNullWhen(true)] out string? key)
    {
        key = null;
        if (!Base64Url.IsValid(token))
        {
            return false;
        }

        var bytes = Base64Url.DecodeFromChars(token);
        key = Encoding.UTF8.GetString(bytes);
        return Encoding.UTF8.GetBytes(key).AsSpan().SequenceEqual(bytes);
    }

    /// <summary>Text that is not printable ASCII is encoded by RFC 2047, as S3 does: in the form Q, which people can read, unless it has
    /// characters that cannot be printed.</summary>
    public static string Header(string text) =>
        !text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? text
        : text.EnumerateRunes().All(IsPrintable) ? $"=?UTF-8?Q?{Quoted(text)}?="
        : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=";

    private static bool IsPrintable(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);

    private static string Quoted(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value == ' ')
            {
                encoded.Append('_');
            }
            else if (value is > (byte)' ' and <= (byte)'~' and not ((byte)'=' or (byte)'?' or (byte)'_'))
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"={value:X2}");
            }
        }

        return encoded.ToString();
    }
}

internal static class S3Date
{
    /// <summary>The form in XML: ISO 8601, UTC, with whole seconds and zero milliseconds. Clients compare it with <c>Last-Modified</c>,
    /// which has no milliseconds.</summary>
    public static string ToXml(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);

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
