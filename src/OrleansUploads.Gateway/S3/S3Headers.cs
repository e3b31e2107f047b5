using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;
using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

internal static class S3Headers
{
    public const string RequestId = "x-amz-request-id";
    public const string HostId = "x-amz-id-2";
    public const string AccessPointAlias = "x-amz-access-point-alias";
    public const string BucketArn = "x-amz-bucket-arn";
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
    public const string TreeHash = "x-amz-sha256-tree-hash";
    public const string Trailer = "x-amz-trailer";
}

/// <summary>The headers of a request, with those that a presigned URL has in its query.</summary>
/// <remarks>They mean what the headers mean: a copy without its source would store an empty object.</remarks>
internal static class PresignedHeaders
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    /// <summary>Parameters that say nothing without a header.</summary>
    private static readonly HashSet<string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-amz-security-token", S3Headers.SdkChecksumAlgorithm,
    };

    /// <summary>Reads the headers of a request.</summary>
    /// <param name="sent">On the wire.</param>
    /// <param name="query">The query's parameters.</param>
    /// <param name="headers">Null if the method returns false.</param>
    /// <param name="invalid">The parameter whose name no header can have, or that contradicts another one, or null.</param>
    public static bool TryRead(
        IHeaderDictionary sent,
        QueryParameters query,
        QueryHeaders stated,
        [NotNullWhen(true)] out IHeaderDictionary? headers,
        [NotNullWhen(false)] out S3Route.Invalid? invalid)
    {
        headers = null;
        invalid = sent.Authorization.Count > 0 && query.Names.Any(IsSignature)
            ? new S3Route.Invalid("Authorization", "", "Only one auth mechanism allowed: the header or the parameters of the query.")
            : stated.FindConflict(sent) is var (conflicting, other)
                ? new S3Route.Invalid(conflicting, other, "It has another value in the query of the presigned URL.")
            : Find(stated, static header => header.Name.AsSpan().ContainsAnyExcept(NameCharacters), "No header can have this name.")
                ?? Find(stated, static header => !ContentHeaders.CanBeSent(header.Value), "No header can have this value.");
        if (invalid is not null)
        {
            return false;
        }

        headers = stated.All.Count == 0 ? sent : new HeaderDictionary(new Dictionary<string, StringValues>(sent, StringComparer.OrdinalIgnoreCase));
        foreach (var (name, value) in stated.All)
        {
            if (!PresignedUrl.HasParameter(name) && !Others.Contains(name) && !IsChecksumOfNothing(name, value))
            {
                headers.TryAdd(name, value.Trim());
            }
        }

        return true;
    }

    private static bool IsSignature(string name) => name.Equals(PresignedUrl.SignatureParameter, StringComparison.OrdinalIgnoreCase);

    private static S3Route.Invalid? Find(QueryHeaders stated, Func<(string Name, string Value), bool> isWrong, string reason)
    {
        foreach (var header in stated.All)
        {
            if (isWrong(header))
            {
                return new S3Route.Invalid(header.Name, header.Value, reason);
            }
        }

        return null;
    }

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
    private const string OwnPrefix = "x-orleans-uploads-";

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

        foreach (var (name, value) in query.All)
        {
            // These are headers only.
            if (IsUnsupported(name, value) || name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase))
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

        if (name.Equals("x-amz-bucket-namespace", StringComparison.OrdinalIgnoreCase))
        {
            return value != "global";
        }

        if (name.Equals("x-amz-object-ownership", StringComparison.OrdinalIgnoreCase))
        {
            return value != "BucketOwnerEnforced";
        }

        return Names.Contains(name)
            || Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }
}
