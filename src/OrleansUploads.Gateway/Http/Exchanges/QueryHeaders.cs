using System.Collections.Frozen;

namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>The headers that a presigned URL has in its query. The signature covers them there, and the holder of the URL does not have to
/// send them. Their names are compared without case.</summary>
/// <remarks>The SDKs move different headers into the query: some only Amazon's, the one for JavaScript also those that describe the
/// content. A condition that stands there is one that the signer relies on.</remarks>
internal sealed class QueryHeaders
{
    private const string AmazonPrefix = "x-amz-";
    private const string ExpiresHeader = "expires";

    public static readonly QueryHeaders None = new([]);

    private static readonly FrozenSet<string> Others = new[]
    {
        "cache-control", "content-disposition", "content-encoding", "content-language", "content-md5", "content-type", ExpiresHeader,
        "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly List<(string Name, string Value)> _headers;

    // Anybody can send a query of many headers, and each of them is looked up before the signature is verified.
    private readonly Dictionary<string, string> _first = new(StringComparer.OrdinalIgnoreCase);

    private QueryHeaders(List<(string Name, string Value)> headers)
    {
        _headers = headers;
        foreach (var (name, value) in headers)
        {
            _first.TryAdd(name, value);
        }
    }

    /// <summary>All headers as sent. A name may occur more than once.</summary>
    public IReadOnlyList<(string Name, string Value)> All => _headers;

    /// <summary>Reads the query of a presigned URL.</summary>
    /// <param name="isVersion2">Whether it is presigned with Signature Version 2, whose <c>Expires</c> is no header.</param>
    public static QueryHeaders Read(QueryParameters query, bool isVersion2) => new(
        [.. query.All.Where(parameter => parameter.Name.StartsWith(AmazonPrefix, StringComparison.OrdinalIgnoreCase)
            || (Others.Contains(parameter.Name)
                && !(isVersion2 && parameter.Name.Equals(ExpiresHeader, StringComparison.OrdinalIgnoreCase))))]);

    /// <summary>The first value of a header, or null.</summary>
    public string? Find(string name) => _first.GetValueOrDefault(name);

    /// <summary>Finds a header that has two values: in the query, or in the query and in a header. Somebody other than the signer may have
    /// added one of them.</summary>
    /// <param name="sent">The headers on the wire.</param>
    public (string Name, string Value)? FindConflict(IHeaderDictionary sent)
    {
        foreach (var (name, value) in _headers)
        {
            var other = sent.TryGetValue(name, out var values) ? values.ToString() : Find(name)!;
            if (!other.AsSpan().Trim().SequenceEqual(value.AsSpan().Trim()))
            {
                return (name, other);
            }
        }

        return null;
    }
}
