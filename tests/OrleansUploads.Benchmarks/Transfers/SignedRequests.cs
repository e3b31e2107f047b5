using OrleansUploads.Signing;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Creates signed requests to a server.</summary>
/// <param name="endpoint">The server's address.</param>
/// <param name="signer">Signs them.</param>
internal sealed class SignedRequests(Uri endpoint, RequestSigner signer)
{
    private readonly MessageSigner _signer = new(signer);

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
        _signer.Sign(
            request, payloadHash, DateTimeOffset.UtcNow, others.Select(static header => KeyValuePair.Create(header.Name, header.Value)));
        return request;
    }
}
