using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

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
