using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>Reads the headers that describe a body or an archive.</summary>
internal static class BodyHeaders
{
    /// <summary>Reads the length of an archive that is uploaded in one request.</summary>
    public static bool TryReadArchiveLength(
        GlacierCall call, out long lengthBytes, [NotNullWhen(false)] out GlacierError? error)
    {
        if (!TryReadLength(call, out lengthBytes, out error))
        {
            return false;
        }

        error = lengthBytes is < 1 or > Limits.MaxPartSizeBytes
            ? GlacierError.Invalid(
                $"Invalid Content-Length: {lengthBytes}. An archive in one request has 1 to {Limits.MaxPartSizeBytes} bytes.")
            : null;
        return error is null;
    }

    /// <summary>Reads <c>Content-Range: bytes first-last/*</c>. The range must be as long as the body. A total instead of the star must be
    /// greater than the last byte; it has no other meaning.</summary>
    /// <remarks>Source: RFC 2616, section 14.16, which Amazon's documentation of Upload Part refers to.</remarks>
    public static bool TryReadPartRange(
        GlacierCall call, out PartRange range, [NotNullWhen(false)] out GlacierError? error)
    {
        const string Prefix = "bytes ";
        range = default;
        var text = call.Header(GlacierHeaders.ContentRange);
        if (text is null)
        {
            error = GlacierError.Missing($"{GlacierHeaders.ContentRange}, such as 'bytes 0-1048575/*'");
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !ProtocolNumber.TryParseRange(text.AsSpan()[Prefix.Length..slash], out range)
            || !IsTotal(text.AsSpan(slash + 1), range))
        {
            error = GlacierError.Invalid(
                $"Invalid Content-Range: {text}. The form is 'bytes first-last/*'; a total instead of the star must be greater than the last "
                + "byte.");
            return false;
        }

        if (!TryReadLength(call, out var lengthBytes, out error))
        {
            return false;
        }

        error = range.LengthBytes != lengthBytes
            ? GlacierError.Invalid($"Content-Range: {text} is incompatible with Content-Length: {lengthBytes}")
            : null;
        return error is null;
    }

    /// <summary>Reads the linear hash and the tree hash of a body. The tree hash is always there. Beside a body without a linear hash it is
    /// signed, so the signature covers the body, if its length is signed.</summary>
    public static bool TryReadHashes(
        GlacierCall call, out StatedHashes hashes, [NotNullWhen(false)] out GlacierError? error)
    {
        hashes = default;
        if (!TryReadLinearHash(call, out var linear, out error)
            || !TryReadTreeHash(call, out var tree, out error))
        {
            return false;
        }

        hashes = new StatedHashes(linear, tree);
        return true;
    }

    /// <summary>Reads a tree hash.</summary>
    public static bool TryReadTreeHash(
        GlacierCall call, out TreeHash hash, [NotNullWhen(false)] out GlacierError? error)
    {
        hash = default;
        var text = call.Header(GlacierHeaders.TreeHash);
        error = text is null
            ? GlacierError.Missing(GlacierHeaders.TreeHash)
            : TreeHash.TryParse(text, out hash)
                ? null
                : GlacierError.Invalid($"Invalid {GlacierHeaders.TreeHash}: {text}. It must be 64 hex digits.");
        return error is null;
    }

    /// <summary>Reads the description of an archive. Absent and empty both mean no description.</summary>
    public static bool TryReadDescription(
        GlacierCall call, out Description description, [NotNullWhen(false)] out GlacierError? error)
    {
        error = Description.TryParse(call.Header(GlacierHeaders.ArchiveDescription), out description)
            ? null
            : GlacierError.Invalid(
                $"Invalid {GlacierHeaders.ArchiveDescription}. It has at most {Limits.MaxDescriptionChars} characters of printable "
                + "ASCII (0x20 to 0x7E).");
        return error is null;
    }

    private static bool IsTotal(ReadOnlySpan<char> text, PartRange range) =>
        text is "*" || (ProtocolNumber.TryParse(text, out var total) && total > range.LastByte);

    /// <summary>Reads the linear hash of a body. It is null if the request leaves it out.</summary>
    private static bool TryReadLinearHash(
        GlacierCall call, out LinearHash? hash, [NotNullWhen(false)] out GlacierError? error)
    {
        var text = call.Header(RequestPayload.HashHeader);
        var isStated = LinearHash.TryParse(text, out var linear);
        hash = isStated ? linear : null;
        error = isStated || text == PayloadModes.NotSigned ? null
            : text is null ? GlacierError.Missing($"{RequestPayload.HashHeader}, the SHA-256 of the body")
            : GlacierError.InvalidPayloadHash(text);
        return error is null;
    }

    /// <summary>Reads the length of the body. It must be known in advance, so a chunked body is refused.</summary>
    private static bool TryReadLength(
        GlacierCall call, out long lengthBytes, [NotNullWhen(false)] out GlacierError? error)
    {
        lengthBytes = call.Request.ContentLength ?? 0;
        error = call.Request.ContentLength is null
            ? GlacierError.Missing(
                "Content-Length. Bodies with Transfer-Encoding: chunked are not accepted; send the length of the body.")
            : null;
        return error is null;
    }
}
