using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

/// <summary>Names of headers.</summary>
internal static class S3Headers
{
    public const string RequestId = "x-amz-request-id";
    public const string BucketRegion = "x-amz-bucket-region";
    public const string ChecksumAlgorithm = "x-amz-checksum-algorithm";
    public const string ChecksumMode = "x-amz-checksum-mode";
    public const string ChecksumPrefix = "x-amz-checksum-";
    public const string ChecksumType = "x-amz-checksum-type";
    public const string CopySource = "x-amz-copy-source";
    public const string CopySourceRange = "x-amz-copy-source-range";
    public const string DecodedLength = "x-amz-decoded-content-length";
    public const string ExpectedOwner = "x-amz-expected-bucket-owner";
    public const string MaxParts = "x-amz-max-parts";
    public const string MetadataDirective = "x-amz-metadata-directive";
    public const string MetadataPrefix = "x-amz-meta-";
    public const string ObjectAttributes = "x-amz-object-attributes";
    public const string ObjectSize = "x-amz-mp-object-size";
    public const string OptionalObjectAttributes = "x-amz-optional-object-attributes";
    public const string PartNumberMarker = "x-amz-part-number-marker";
    public const string PartsCount = "x-amz-mp-parts-count";
    public const string Restore = "x-amz-restore";
    public const string SdkChecksumAlgorithm = "x-amz-sdk-checksum-algorithm";
    public const string SourceExpectedOwner = "x-amz-source-expected-bucket-owner";
    public const string StorageClass = "x-amz-storage-class";
    public const string Tagging = "x-amz-tagging";
    public const string TaggingDirective = "x-amz-tagging-directive";
    public const string TaggingCount = "x-amz-tagging-count";
    public const string Trailer = "x-amz-trailer";
}

/// <summary>The headers of a request, with those that a presigned URL has in its query.</summary>
/// <remarks>Some SDKs move the <c>x-amz-</c> headers of a presigned request into the query. The signature covers them there as well, and
/// the holder of the URL does not have to send them. They mean what the headers mean: a copy without its source would store an empty
/// object.</remarks>
internal static class PresignedHeaders
{
    private const string Prefix = "x-amz-";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    /// <summary>Parameters that are no headers, or say nothing without one.</summary>
    private static readonly HashSet<string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-amz-content-sha256", "x-amz-security-token", S3Headers.SdkChecksumAlgorithm,
    };

    /// <summary>Reads the headers of a request. If a header is in the query as well, the header itself counts.</summary>
    /// <param name="sent">The headers on the wire.</param>
    /// <param name="query">The query's parameters.</param>
    /// <param name="headers">The headers, or null if the method returns false.</param>
    /// <param name="invalid">The parameter whose name no header can have, or null.</param>
    public static bool TryRead(
        IHeaderDictionary sent,
        QueryParameters query,
        [NotNullWhen(true)] out IHeaderDictionary? headers,
        [NotNullWhen(false)] out S3Route.Invalid? invalid)
    {
        headers = sent;
        invalid = null;
        if (sent.Authorization.Count > 0 || query.FirstValue(PresignedUrl.SignatureParameter) is null)
        {
            return true;
        }

        headers = new HeaderDictionary();
        foreach (var (name, value) in sent)
        {
            headers[name] = value;
        }

        foreach (var name in query.Names.Where(IsHeader))
        {
            var value = query.FirstValue(name) ?? "";
            if (name.AsSpan().ContainsAnyExcept(NameCharacters))
            {
                headers = null;
                invalid = new S3Route.Invalid(name, value, "No header can have this name.");
                return false;
            }

            if (!IsChecksumOfNothing(name, value))
            {
                headers.TryAdd(name, value.Trim());
            }
        }

        return true;
    }

    private static bool IsHeader(string name) =>
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !PresignedUrl.HasParameter(name) && !Others.Contains(name);

    /// <summary>Amazon's SDK for JavaScript signs a URL before there is a body, and adds the checksum of an empty one. That says nothing
    /// about the body that the holder of the URL sends.</summary>
    private static bool IsChecksumOfNothing(string name, string value) =>
        name.StartsWith(S3Headers.ChecksumPrefix, StringComparison.OrdinalIgnoreCase)
        && ChecksumNames.TryParse(name.AsSpan(S3Headers.ChecksumPrefix.Length), out var algorithm)
        && value == ChecksumHasher.Compute(algorithm, []).Base64;
}

/// <summary>Headers that ask for a protection or a property that this server cannot give. They are refused, because a client that
/// sends one relies on it.</summary>
internal static class ProtectionHeaders
{
    private static readonly string[] Prefixes =
    [
        "x-amz-object-lock-",
        "x-amz-server-side-encryption",
        "x-amz-copy-source-server-side-encryption",
        "x-amz-grant-",
    ];

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-amz-mfa",
        "x-amz-website-redirect-location",
        "x-amz-if-match-last-modified-time",
        "x-amz-if-match-size",
        "x-amz-if-match-initiated-time",
    };

    /// <summary>Access control lists that give no other account access.</summary>
    private static readonly HashSet<string> PrivateLists =
        new(StringComparer.Ordinal) { "private", "bucket-owner-read", "bucket-owner-full-control" };

    /// <summary>The first header, or parameter of a presigned URL, that this server cannot honor, or null.</summary>
    public static string? FindUnsupported(IHeaderDictionary headers, QueryParameters query)
    {
        foreach (var (name, value) in headers)
        {
            if (IsUnsupported(name, value.ToString()))
            {
                return name.ToLowerInvariant();
            }
        }

        foreach (var name in query.Names)
        {
            if (IsUnsupported(name, query.FirstValue(name) ?? ""))
            {
                return name.ToLowerInvariant();
            }
        }

        return null;
    }

    private static bool IsUnsupported(string name, string value)
    {
        if (name.Equals("x-amz-acl", StringComparison.OrdinalIgnoreCase))
        {
            return !PrivateLists.Contains(value);
        }

        if (name.Equals("x-amz-bucket-object-lock-enabled", StringComparison.OrdinalIgnoreCase))
        {
            return !value.Equals("false", StringComparison.OrdinalIgnoreCase);
        }

        if (name.Equals("x-amz-object-ownership", StringComparison.OrdinalIgnoreCase))
        {
            return value != "BucketOwnerEnforced";
        }

        return Names.Contains(name)
            || Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }
}
