using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

internal static class GlacierHeaders
{
    public const string ApiVersion = "2012-06-01";

    public const string Version = "x-amz-glacier-version";
    public const string TreeHash = "x-amz-sha256-tree-hash";
    public const string ArchiveDescription = "x-amz-archive-description";
    public const string ArchiveSize = "x-amz-archive-size";
    public const string ArchiveId = "x-amz-archive-id";
    public const string PartSize = "x-amz-part-size";
    public const string UploadId = "x-amz-multipart-upload-id";
    public const string CapacityId = "x-amz-capacity-id";
    public const string JobId = "x-amz-job-id";
    public const string LockId = "x-amz-lock-id";

    /// <summary>Tells a client what it may send besides the protocol of Amazon.</summary>
    public const string Accepts = "x-orleans-uploads-accepts";

    public const string ContentRange = "Content-Range";
    public const string Range = "Range";
    public const string Location = "Location";
    public const string UserAgent = "User-Agent";
}

internal static class BodyHeaders
{
    public static long ReadArchiveLength(GlacierCall call)
    {
        var lengthBytes = ReadLength(call);
        return lengthBytes is >= 1 and <= Limits.MaxPartSizeBytes ? lengthBytes : throw GlacierError.Invalid(
            $"Invalid Content-Length: {lengthBytes}. An archive in one request has 1 to {Limits.MaxPartSizeBytes} bytes.");
    }

    /// <summary>Reads the range of a part. It must be as long as the body.</summary>
    public static PartRange ReadPartRange(GlacierCall call)
    {
        var range = ReadReportedRange(call);
        var lengthBytes = ReadLength(call);
        return range.LengthBytes == lengthBytes ? range : throw GlacierError.Invalid(
            $"Content-Range: {call.Header(GlacierHeaders.ContentRange)} is incompatible with Content-Length: {lengthBytes}");
    }

    /// <summary>Reads <c>Content-Range: bytes first-last/*</c>. A total instead of the star must be greater than the last byte; it has no
    /// other meaning.</summary>
    /// <remarks>Source: RFC 2616, section 14.16, which Amazon's documentation of Upload Part refers to.</remarks>
    public static PartRange ReadReportedRange(GlacierCall call)
    {
        const string Prefix = "bytes ";
        var text = call.Header(GlacierHeaders.ContentRange)
            ?? throw GlacierError.Missing($"{GlacierHeaders.ContentRange}, such as 'bytes 0-1048575/*'");
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0
            && text.StartsWith(Prefix, StringComparison.Ordinal)
            && PartRange.TryParse(text[Prefix.Length..slash], out var range)
            && IsTotal(text.AsSpan(slash + 1), range)
                ? range
                : throw GlacierError.Invalid(
                    $"Invalid Content-Range: {text}. The form is 'bytes first-last/*'; a total instead of the star must be greater than the "
                    + "last byte.");
    }

    /// <summary>Reads the linear hash and the tree hash of a body. The tree hash is always there. Beside a body without a linear hash it is
    /// signed, so the signature covers the body, if its length is signed.</summary>
    public static StatedHashes ReadHashes(GlacierCall call) => new(ReadLinearHash(call), ReadTreeHash(call));

    public static TreeHash ReadTreeHash(GlacierCall call)
    {
        var text = call.Header(GlacierHeaders.TreeHash) ?? throw GlacierError.Missing(GlacierHeaders.TreeHash);
        return TreeHash.TryParse(text, out var hash)
            ? hash
            : throw GlacierError.Invalid($"Invalid {GlacierHeaders.TreeHash}: {text}. It must be 64 hex digits.");
    }

    /// <summary>Reads the description of an archive. Absent and empty both mean no description.</summary>
    public static Description ReadDescription(GlacierCall call) =>
        Description.TryParse(call.Header(GlacierHeaders.ArchiveDescription), out var description)
            ? description
            : throw GlacierError.Invalid(
                $"Invalid {GlacierHeaders.ArchiveDescription}. It has at most {Limits.MaxDescriptionChars} characters of printable "
                + "ASCII (0x20 to 0x7E).");

    private static bool IsTotal(ReadOnlySpan<char> text, PartRange range) =>
        text is "*" || (ProtocolNumber.TryParse(text, out var total) && total > range.LastByte);

    /// <returns>Null if the request leaves it out.</returns>
    private static LinearHash? ReadLinearHash(GlacierCall call)
    {
        var text = call.Header(PayloadModes.Header);
        return LinearHash.TryParse(text, out var linear) ? linear
            : text == PayloadModes.NotSigned ? null
            : text is null ? throw GlacierError.Missing($"{PayloadModes.Header}, the SHA-256 of the body")
            : throw GlacierError.InvalidPayloadHash(text);
    }

    /// <summary>Reads the length of the body. It must be known in advance, so a chunked body is refused.</summary>
    private static long ReadLength(GlacierCall call) => call.Request.ContentLength ?? throw GlacierError.Missing(
        "Content-Length. Bodies with Transfer-Encoding: chunked are not accepted; send the length of the body.");
}
