using System.Buffers;

namespace OrleansUploads.Signing;

/// <summary>How the signature of an S3 request covers the body.</summary>
public enum PayloadMode
{
    /// <summary>The header has the SHA-256 of the body.</summary>
    Hashed,

    /// <summary>The signature does not cover the body (<c>UNSIGNED-PAYLOAD</c>).</summary>
    NotSigned,

    /// <summary>The body is aws-chunked, and each chunk is signed (<c>STREAMING-AWS4-HMAC-SHA256-PAYLOAD</c>).</summary>
    SignedChunks,

    /// <summary>The body is aws-chunked, and each chunk and the trailer are signed
    /// (<c>STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER</c>).</summary>
    SignedChunksWithTrailer,

    /// <summary>The body is aws-chunked with a trailer, and neither is signed (<c>STREAMING-UNSIGNED-PAYLOAD-TRAILER</c>).</summary>
    UnsignedChunksWithTrailer,
}

/// <summary>The header that says how the signature covers the body, and its values.</summary>
/// <remarks>Source: S3 API reference, "Authenticating Requests (AWS Signature Version 4)".</remarks>
public static class PayloadModes
{
    /// <summary>The name of the header, in lower case.</summary>
    public const string Header = "x-amz-content-sha256";

    /// <summary>The value for a body that the signature does not cover.</summary>
    public const string NotSigned = "UNSIGNED-PAYLOAD";

    private const int HashChars = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Parses the header's value. Returns false for a mode that this library does not know.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PayloadMode mode)
    {
        (mode, var known) = text switch
        {
            NotSigned => (PayloadMode.NotSigned, true),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => (PayloadMode.SignedChunks, true),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => (PayloadMode.SignedChunksWithTrailer, true),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => (PayloadMode.UnsignedChunksWithTrailer, true),
            _ => (PayloadMode.Hashed, text.Length == HashChars && !text.ContainsAnyExcept(HexDigits)),
        };
        return known;
    }

    /// <summary>Whether the body is aws-chunked.</summary>
    public static bool IsChunked(this PayloadMode mode) => mode is
        PayloadMode.SignedChunks or PayloadMode.SignedChunksWithTrailer or PayloadMode.UnsignedChunksWithTrailer;

    /// <summary>Whether each chunk has a signature.</summary>
    public static bool HasSignedChunks(this PayloadMode mode) =>
        mode is PayloadMode.SignedChunks or PayloadMode.SignedChunksWithTrailer;

    /// <summary>Whether the chunks may be followed by a trailer.</summary>
    public static bool HasTrailer(this PayloadMode mode) =>
        mode is PayloadMode.SignedChunksWithTrailer or PayloadMode.UnsignedChunksWithTrailer;
}
