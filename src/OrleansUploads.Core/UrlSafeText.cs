using System.Buffers;
using System.Buffers.Text;

namespace OrleansUploads.Core;

/// <summary>The alphabet of all identifiers: <c>A-Z a-z 0-9 - _</c> (URL-safe base64 without padding).</summary>
internal static class UrlSafeText
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Whether the text has exactly this length and uses the alphabet only.</summary>
    public static bool Is(ReadOnlySpan<char> text, int chars) =>
        text.Length == chars && !text.ContainsAnyExcept(Alphabet);

    /// <summary>Encodes bytes and cuts the result to a length; never starts with <c>-</c>, which command lines
    /// take for an option.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes, int chars)
    {
        var text = Base64Url.EncodeToString(bytes)[..chars];
        return text[0] == '-' ? string.Concat("_", text.AsSpan(1)) : text;
    }
}
