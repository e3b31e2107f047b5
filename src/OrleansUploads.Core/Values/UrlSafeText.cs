using System.Buffers;
using System.Buffers.Text;

namespace OrleansUploads.Core.Values;

/// <summary>The alphabet of all identifiers: <c>A-Z a-z 0-9 - _</c> (URL-safe base64 without padding).</summary>
internal static class UrlSafeText
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Whether the text has exactly this length and contains only characters of the alphabet.</summary>
    public static bool IsValid(ReadOnlySpan<char> text, int chars) =>
        text.Length == chars && !text.ContainsAnyExcept(Alphabet);

    /// <summary>Encodes bytes and truncates the result to <paramref name="chars"/> characters. The result never starts with
    /// <c>-</c>, because command lines would take it for an option.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes, int chars)
    {
        var text = Base64Url.EncodeToString(bytes)[..chars];
        return text[0] == '-' ? string.Concat("_", text.AsSpan(1)) : text;
    }
}
