using OrleansUploads.Signing;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Creates signed requests to a server.</summary>
/// <param name="endpoint">The server's address.</param>
/// <param name="signer">Signs them.</param>
internal sealed class SignedRequests(Uri endpoint, RequestSigner signer)
{
    /// <summary>Creates a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="target">The path and the query, as they are sent.</param>
    /// <param name="payloadHash">The SHA-256 hash of the body, or a word for a body that is not signed.</param>
    /// <param name="content">The body, or null for none.</param>
    /// <param name="others">Headers besides those of the signature.</param>
    public HttpRequestMessage Create(
        HttpMethod method,
        string target,
        string payloadHash,
        HttpContent? content,
        params (string Name, string Value)[] others)
    {
        var request = new HttpRequestMessage(method, new Uri(endpoint, target)) { Content = content };
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = endpoint.Authority,
            ["x-amz-content-sha256"] = payloadHash,
            ["x-amz-date"] = AmzTimestamp.Format(DateTimeOffset.UtcNow),
        };
        foreach (var (name, value) in others)
        {
            headers.Add(name, value);
        }

        var signature = signer.Sign(
            new SigningRequest(method.Method, target, headers.GetValueOrDefault, headers.Keys, payloadHash), [.. headers.Keys]);
        foreach (var (name, value) in headers)
        {
            // Content headers are already set on the content, and are refused here.
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("Authorization", signature.ToString());
        return request;
    }
}
