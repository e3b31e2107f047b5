using OrleansUploads.Signing;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>Requests to S3 that no client sends, with a correct signature.</summary>
internal static class SignedRequest
{
    /// <summary>Signs a request with the key pair from the environment. The signature covers the body's hash.</summary>
    /// <param name="server">The server.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">The path and query, with a value for each parameter.</param>
    /// <param name="body">The body.</param>
    public static HttpRequestMessage ToS3(ServerProcess server, string method, string target, byte[] body) =>
        Sign(server, method, target, body, CommandLine.AccessKeyId, CommandLine.SecretAccessKey);

    /// <summary>Signs a request with another key pair.</summary>
    public static HttpRequestMessage Sign(
        ServerProcess server, string method, string target, byte[] body, string accessKeyId, string secret)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body));
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = server.Address.Authority,
            ["x-amz-content-sha256"] = hash,
            ["x-amz-date"] = AmzTimestamp.Format(TimeProvider.System.GetUtcNow()),
        };
        var authorization = new RequestSigner(SigningRules.S3, "us-east-1", accessKeyId, secret).Sign(
            new SigningRequest(method, target, headers.GetValueOrDefault, headers.Keys, hash), [.. headers.Keys]);
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(server.Address, target))
        {
            Content = new ByteArrayContent(body),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("authorization", authorization.ToString());
        return request;
    }
}
