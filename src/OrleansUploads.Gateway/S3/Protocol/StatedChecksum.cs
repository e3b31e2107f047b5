using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The checksum that a request states in a header, or announces for its trailer.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Value">The checksum, or null if it comes in the trailer.</param>
/// <param name="Parts">The number of parts behind a composite checksum, or 0 if there is none.</param>
internal sealed record StatedChecksum(ChecksumAlgorithm Algorithm, Checksum? Value, int Parts = 0)
{
    private const char PartsMark = '-';

    private static readonly HashSet<string> OtherHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        S3Headers.ChecksumAlgorithm, S3Headers.ChecksumMode, S3Headers.ChecksumType,
    };

    /// <summary>Reads the checksum of a request.</summary>
    /// <param name="call">The request.</param>
    /// <param name="checksum">The checksum, or null.</param>
    /// <param name="error">The error, if the method returns false.</param>
    /// <param name="acceptsParts">Whether the checksum may be composite: followed by <c>-N</c>.</param>
    public static bool TryRead(
        S3Call call, out StatedChecksum? checksum, [NotNullWhen(false)] out S3Error? error, bool acceptsParts = false)
    {
        checksum = null;
        error = null;
        foreach (var (name, value) in call.Headers)
        {
            if (!name.StartsWith(S3Headers.ChecksumPrefix, StringComparison.OrdinalIgnoreCase) || OtherHeaders.Contains(name))
            {
                continue;
            }

            if (checksum is not null)
            {
                error = new(S3ErrorCode.InvalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
                return false;
            }

            if (!TryParse(name, value.ToString(), acceptsParts, out checksum))
            {
                error = new(S3ErrorCode.InvalidRequest, $"Value for {name.ToLowerInvariant()} header is invalid.");
                return false;
            }
        }

        foreach (var name in Trailers(call))
        {
            if (checksum is not null || !ChecksumNames.TryParse(AlgorithmIn(name), out var algorithm))
            {
                error = new(
                    S3ErrorCode.InvalidRequest,
                    $"The value specified in the x-amz-trailer header is not supported: {name}. It must be a single checksum.");
                return false;
            }

            checksum = new StatedChecksum(algorithm, null);
        }

        if (call.Header(S3Headers.SdkChecksumAlgorithm) is { Length: > 0 } announced
            && !announced.Equals(checksum?.Algorithm.Name(), StringComparison.OrdinalIgnoreCase))
        {
            error = new(
                S3ErrorCode.InvalidRequest,
                $"x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found: {announced}.");
            return false;
        }

        return true;
    }

    /// <summary>Reads the algorithm that a request chooses for an object, or null if it chooses none.</summary>
    public static bool TryReadAlgorithm(S3Call call, out ChecksumAlgorithm? algorithm, [NotNullWhen(false)] out S3Error? error)
    {
        var text = call.Header(S3Headers.ChecksumAlgorithm);
        algorithm = ChecksumNames.TryParse(text, out var known) ? known : null;
        error = text is null || algorithm is not null
            ? null
            : new(
                S3ErrorCode.InvalidRequest,
                $"Checksum algorithm provided is unsupported: '{text}'. Please try again with any of the valid types: "
                + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
        return error is null;
    }

    /// <summary>The names of the trailers that a request announces, in lower case.</summary>
    public static string[] Trailers(S3Call call) => (call.Header(S3Headers.Trailer) ?? "").ToLowerInvariant()
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Reads <c>Content-MD5</c>.</summary>
    /// <param name="call">The request.</param>
    /// <param name="md5">The digest, or null.</param>
    /// <param name="error">The error, if the method returns false.</param>
    public static bool TryReadMd5(S3Call call, out Md5Digest? md5, [NotNullWhen(false)] out S3Error? error)
    {
        md5 = null;
        error = null;
        if (call.Header("Content-MD5") is not { } text)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[Md5Digest.Bytes];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length != bytes.Length)
        {
            error = new(S3ErrorCode.InvalidDigest, $"The Content-MD5 you specified is not valid: {text}.");
            return false;
        }

        md5 = new Md5Digest(bytes);
        return true;
    }

    private static bool TryParse(string header, string value, bool acceptsParts, [NotNullWhen(true)] out StatedChecksum? checksum)
    {
        var mark = acceptsParts ? value.LastIndexOf(PartsMark) : -1;
        var parts = 0;
        checksum = ChecksumNames.TryParse(AlgorithmIn(header), out var algorithm)
            && Checksum.TryParse(algorithm, mark < 0 ? value : value.AsSpan(0, mark), out var parsed)
            && (mark < 0 || (int.TryParse(value.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out parts) && parts > 0))
                ? new StatedChecksum(algorithm, parsed, parts)
                : null;
        return checksum is not null;
    }

    private static ReadOnlySpan<char> AlgorithmIn(string header) =>
        header.StartsWith(S3Headers.ChecksumPrefix, StringComparison.OrdinalIgnoreCase)
            ? header.AsSpan(S3Headers.ChecksumPrefix.Length)
            : default;
}
