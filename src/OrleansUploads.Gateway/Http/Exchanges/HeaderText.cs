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

    /// <summary>Whether the bytes of a value were valid.</summary>
    public static bool IsValid(string? value) => !value.AsSpan().Contains(Mark);
}
