using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3;

/// <summary>The checksum that a request states in a header, or announces for its trailer.</summary>
/// <param name="Value">Null if it comes in the trailer.</param>
/// <param name="Parts">Behind a composite checksum; otherwise 0.</param>
internal sealed record StatedChecksum(ChecksumAlgorithm Algorithm, Checksum? Value, int Parts = 0)
{
    private const char PartsMark = '-';

    private static readonly HashSet<string> OtherHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        S3Headers.ChecksumAlgorithm, S3Headers.ChecksumMode, S3Headers.ChecksumType,
    };

    /// <summary>Reads the checksum of a request.</summary>
    /// <param name="acceptsParts">Whether the checksum may be composite: followed by <c>-N</c>.</param>
    public static StatedChecksum? Read(S3Call call, bool acceptsParts = false)
    {
        StatedChecksum? checksum = null;
        foreach (var (name, value) in call.Headers)
        {
            if (!name.StartsWith(S3Headers.ChecksumPrefix, StringComparison.OrdinalIgnoreCase) || OtherHeaders.Contains(name))
            {
                continue;
            }

            if (checksum is not null)
            {
                throw Invalid("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
            }

            checksum = Parse(name, value.ToString(), acceptsParts)
                ?? throw Invalid($"Value for {name.ToLowerInvariant()} header is invalid.");
        }

        foreach (var name in Trailers(call))
        {
            if (checksum is not null || !ChecksumNames.TryParse(AlgorithmIn(name), out var algorithm))
            {
                throw Invalid($"The value specified in the x-amz-trailer header is not supported: {name}. It must be a single checksum.");
            }

            checksum = new StatedChecksum(algorithm, null);
        }

        if (call.Header(S3Headers.SdkChecksumAlgorithm) is { Length: > 0 } announced
            && !announced.Equals(checksum?.Algorithm.Name(), StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid(
                $"x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found: {announced}.");
        }

        return checksum;
    }

    /// <returns>Null if the request chooses none.</returns>
    public static ChecksumAlgorithm? ReadAlgorithm(S3Call call) => call.Header(S3Headers.ChecksumAlgorithm) is not { } text ? null
        : ChecksumNames.TryParse(text, out var known) ? known
        : throw Invalid(
            $"Checksum algorithm provided is unsupported: '{text}'. Please try again with any of the valid types: "
            + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");

    /// <summary>The names of the announced trailers, in lower case.</summary>
    public static string[] Trailers(S3Call call) => (call.Header(S3Headers.Trailer) ?? "").ToLowerInvariant()
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <returns>Null if the request does not have it.</returns>
    public static Md5Digest? ReadMd5(S3Call call)
    {
        if (call.Header("Content-MD5") is not { } text)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[Md5Digest.Bytes];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == bytes.Length
            ? new Md5Digest(bytes)
            : throw new S3Error(S3ErrorCode.InvalidDigest, "The Content-MD5 you specified was invalid.", ("Content-MD5", text));
    }

    private static StatedChecksum? Parse(string header, string value, bool acceptsParts)
    {
        var mark = acceptsParts ? value.LastIndexOf(PartsMark) : -1;
        var parts = 0;
        return ChecksumNames.TryParse(AlgorithmIn(header), out var algorithm)
            && Checksum.TryParse(algorithm, mark < 0 ? value : value.AsSpan(0, mark), out var parsed)
            && (mark < 0 || (int.TryParse(value.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out parts) && parts > 0))
                ? new StatedChecksum(algorithm, parsed, parts)
                : null;
    }

    private static S3Error Invalid(string message) => new S3Error(S3ErrorCode.InvalidRequest, message);

    private static ReadOnlySpan<char> AlgorithmIn(string header) =>
        header.StartsWith(S3Headers.ChecksumPrefix, StringComparison.OrdinalIgnoreCase)
            ? header.AsSpan(S3Headers.ChecksumPrefix.Length)
            : default;
}

internal static class ChecksumAnswer
{
    /// <summary>The headers with a checksum; none if the object has none.</summary>
    public static (string Name, string? Value)[] Headers(ObjectChecksum? checksum) => Headers(checksum, checksum?.Type);

    /// <summary>A checksum of the object or of a part, and the type of the object's checksum.</summary>
    public static (string Name, string? Value)[] Headers(ObjectChecksum? checksum, ChecksumType? type) => checksum is { } known
        ? [(known.Value.Algorithm.Header(), known.Text), (S3Headers.ChecksumType, type?.Name())]
        : [];
}
