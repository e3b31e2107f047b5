using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Hosts that clients sign in another form than they send.</summary>
public sealed class S3HostTests(S3Server s3) : IClassFixture<S3Server>
{
    // git-annex 10.20230126 with signature=v4.
    [Fact]
    public async Task A_host_may_be_signed_without_its_port()
    {
        var bucket = await s3.NewBucketAsync();
        (await SendAsync("PUT", $"/{bucket}/k", "bytes", s3.Server.EndPoint.Address.ToString())).Expect(200);
        Assert.Equal("bytes", (await s3.GetAsync($"/{bucket}/k")).Expect(200).Text);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.0.0.1:")]
    public async Task Another_host_is_refused(string signedHost)
    {
        var bucket = await s3.NewBucketAsync();
        ExpectError(await SendAsync("PUT", $"/{bucket}/k", "bytes", signedHost), 403, "SignatureDoesNotMatch");
    }

    private Task<ApiAnswer> SendAsync(string method, string target, string body, string signedHost)
    {
        var request = Request(method, target, Encoding.UTF8.GetBytes(body));
        var headers = Owner.Sign(request, signedHost, s3.Clock.Now)
            .Select(header => header.Name == "host" ? (header.Name, s3.Server.EndPoint.ToString()) : header);
        return s3.Server.SendAsync(request, headers);
    }
}
