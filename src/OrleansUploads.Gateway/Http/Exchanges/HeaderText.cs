using System.Text;

namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>How the values of request headers are decoded. Kestrel would answer a value that is not UTF-8 with an empty status 400. So bytes
/// that are not UTF-8 are decoded to a mark, and the front describes the error.</summary>
internal static class HeaderText
{
    /// <summary>A code point that Unicode reserves for internal use and that no text has.</summary>
    private const char Mark = '\uFFFF';

    /// <summary>UTF-8 that decodes each sequence of invalid bytes to the mark.</summary>
    public static Encoding Encoding { get; } =
        Encoding.GetEncoding("utf-8", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(Mark.ToString()));

    /// <summary>How Kestrel reads <c>Content-Length</c>. Its own parser accepts a sign, which other servers do not: behind a proxy, the body
    /// could become a request of its own. Source: RFC 9110, section 8.6.</summary>
    public static Encoding LengthEncoding { get; } = new DigitsEncoding();

    /// <summary>Whether the bytes of a value were valid.</summary>
    public static bool IsValid(string? value) => !value.AsSpan().Contains(Mark);

    /// <summary>ASCII that decodes everything but digits to the mark.</summary>
    private sealed class DigitsEncoding : ASCIIEncoding
    {
        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                chars[i] = char.IsAsciiDigit((char)bytes[i]) ? (char)bytes[i] : Mark;
            }

            return bytes.Length;
        }
    }
}
