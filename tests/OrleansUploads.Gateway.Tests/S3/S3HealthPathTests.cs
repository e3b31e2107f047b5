using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>The paths of the health reports are also names of buckets and keys.</summary>
public sealed class S3HealthPathTests(S3Server s3) : IClassFixture<S3Server>
{
    private static readonly byte[] Content = "content"u8.ToArray();

    [Theory]
    [InlineData("healthz")]
    [InlineData("livez")]
    public async Task A_bucket_may_have_the_name_of_a_health_report(string bucket)
    {
        var created = (await s3.SendAsync("PUT", $"/{bucket}")).Expect(200);
        Assert.Equal($"/{bucket}", created.Header("Location"));
        (await s3.SendAsync("PUT", $"/{bucket}/k", Content)).Expect(200);
        Assert.Equal(["k"], Texts((await s3.GetAsync($"/{bucket}?list-type=2")).Expect(200), "Key"));
        Assert.Equal(["k"], Texts((await s3.GetAsync($"/{bucket}/")).Expect(200), "Key"));
        ExpectError(await s3.SendAsync("DELETE", $"/{bucket}"), 409, "BucketNotEmpty");
        (await s3.Server.SendAsync(new ApiRequest("GET", $"/{bucket}"), [])).Expect(200);
    }

    [Fact]
    public async Task A_key_may_be_the_path_of_a_health_report_if_the_host_names_the_bucket()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Options = new GatewayOptions { S3Domain = "s3.test" } }, services => services.AddS3Front());
        (await SendAsync("PUT", "/", "my.bucket.s3.test", [])).Expect(200);
        Assert.NotNull((await SendAsync("PUT", "/healthz", "my.bucket.s3.test:9000", Content)).Expect(200).Header("ETag"));
        Assert.Equal(Content, (await SendAsync("GET", "/healthz", "my.bucket.s3.test", [])).Expect(200).Body);
        Assert.Equal(Content, (await SendAsync("GET", "/my.bucket/healthz", "s3.test", [])).Expect(200).Body);
        var url = s3.PresignOld("GET", "/healthz", "/my.bucket/healthz");
        Assert.Equal(Content, (await server.SendAsync(new ApiRequest("GET", url), [("host", "my.bucket.s3.test")])).Expect(200).Body);

        Task<ApiAnswer> SendAsync(string method, string target, string host, byte[] body)
        {
            var request = Request(method, target, body);
            return server.SendAsync(request, Owner.Sign(request, host, server.Setup.Clock.Now));
        }
    }

    [Fact]
    public async Task A_key_that_leads_to_a_health_report_if_its_dots_are_resolved_is_a_key()
    {
        var bucket = await s3.NewBucketAsync();
        await using var connection = await RawConnection.OpenAsync(s3.Server.EndPoint);
        Assert.NotNull((await SendAsync("PUT", Content)).Expect(200).Header("ETag"));
        Assert.Equal(Content, (await SendAsync("GET", [])).Expect(200).Body);
        Assert.Equal(["../healthz"], Texts((await s3.GetAsync($"/{bucket}")).Expect(200), "Key"));

        async Task<ApiAnswer> SendAsync(string method, byte[] body)
        {
            var request = Request(method, $"/{bucket}/../healthz", body);
            var length = ("Content-Length", body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await connection.SendHeadAsync(request, [.. s3.Server.Sign(request, Owner), length]);
            await connection.SendAsync(body);
            return await connection.ReadAsync();
        }
    }

    [Theory]
    [InlineData("GET", "/healthz", 200)]
    [InlineData("GET", "/healthz/", 200)]
    [InlineData("HEAD", "/livez?verbose", 200)]
    [InlineData("PUT", "/healthz", 403)]
    [InlineData("DELETE", "/livez", 403)]
    public async Task Without_a_signature_only_reads_get_the_report(string method, string target, int status)
    {
        var answer = (await s3.Server.SendAsync(new ApiRequest(method, target), [])).Expect(status);
        Assert.Equal(status == 200 ? "application/json" : "application/xml", answer.Header("Content-Type"));
    }
}
