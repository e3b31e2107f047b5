using System.Security.Cryptography;
using OrleansUploads.Signing;

namespace OrleansUploads.TestKit.Processes;

/// <summary>Creates signed requests to a server.</summary>
/// <param name="endpoint">The server's address.</param>
/// <param name="signer">Signs them.</param>
public sealed class SignedRequests(Uri endpoint, RequestSigner signer)
{
    private readonly MessageSigner _signer = new(signer);

    /// <summary>Creates a request whose signature covers the body's hash.</summary>
    public HttpRequestMessage Create(HttpMethod method, string target, byte[] body) =>
        Create(method, target, Convert.ToHexStringLower(SHA256.HashData(body)), new ByteArrayContent(body));

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
