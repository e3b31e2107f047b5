namespace OrleansUploads.Core.Tests.Signing;

/// <summary>A server that reads a signed message must accept its signature.</summary>
public sealed class MessageSignerTests
{
    private const string PayloadHash = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

    private static readonly RequestSigner Signer = new(
        SigningRules.Glacier, ExampleRequest.Region, ExampleRequest.AccessKeyId, ExampleRequest.Secret);

    [Fact]
    public void The_signature_covers_the_address_the_body_and_all_given_headers()
    {
        using var message = Message(new ByteArrayContent("a"u8.ToArray()));
        new MessageSigner(Signer, "token").Sign(
            message,
            PayloadHash,
            ExampleRequest.At,
            KeyValuePair.Create("content-range", "bytes 0-0/*"),
            KeyValuePair.Create("x-amz-glacier-version", "2012-06-01"));

        var authorization = Authorization(message);
        Assert.Equal(
            ["content-range", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-glacier-version", "x-amz-security-token"],
            authorization.SignedHeaders);
        Assert.Equal("bytes 0-0/*", message.Content!.Headers.ContentRange?.ToString());
        Assert.True(Received(message).Verify(authorization).IsVerified);
    }

    [Fact]
    public void A_header_that_the_content_has_already_is_sent_once()
    {
        using var message = Message(new ByteArrayContent("a"u8.ToArray()) { Headers = { { "content-range", "bytes 0-0/*" } } });
        new MessageSigner(Signer).Sign(
            message, PayloadHash, ExampleRequest.At, KeyValuePair.Create("content-range", "bytes 0-0/*"));

        Assert.Equal(["bytes 0-0/*"], message.Content!.Headers.GetValues("content-range"));
    }

    [Theory]
    [InlineData("http://b\u00fccher.example:9400/", "xn--bcher-kva.example:9400")]
    [InlineData("https://b\u00fccher.example/", "xn--bcher-kva.example")]
    [InlineData("http://[::1]:9400/", "[::1]:9400")]
    [InlineData("http://127.0.0.1/", "127.0.0.1")]
    public void The_signed_host_is_the_one_that_is_sent(string address, string host)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address);
        new MessageSigner(Signer).Sign(message, PayloadHash, ExampleRequest.At);

        Assert.Equal(host, message.Headers.Host);
    }

    private static HttpRequestMessage Message(HttpContent content) =>
        new(HttpMethod.Put, "https://vaults.example:9400/-/vaults/v/multipart-uploads/u?marker=a%2Fb") { Content = content };

    private static AuthorizationHeader Authorization(HttpRequestMessage message) =>
        ExampleRequest.Parse(Assert.Single(message.Headers.GetValues("Authorization")));

    private static ExampleRequest Received(HttpRequestMessage message) => new()
    {
        Method = message.Method.Method,
        Target = message.RequestUri!.PathAndQuery,
        PayloadHash = PayloadHash,
        Headers = message.Headers.NonValidated.Concat(message.Content!.Headers.NonValidated)
            .ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
    };
}
