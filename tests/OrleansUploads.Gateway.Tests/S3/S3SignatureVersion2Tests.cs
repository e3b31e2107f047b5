using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>URLs that are presigned with Signature Version 2.</summary>
public sealed class S3SignatureVersion2Tests(S3Server s3) : IClassFixture<S3Server>
{
    /// <summary>Method, query, what the signature covers of it, the covered headers, the expected status.</summary>
    [Theory]
    [InlineData("GET", "", "", "", 200)]
    [InlineData("HEAD", "", "", "", 200)]
    [InlineData("GET", "?x-id=GetObject", "", "", 200)]
    [InlineData("GET", "?response-content-type=a+b%2Fc&versionId=null", "?response-content-type=a b/c&versionId=null", "", 200)]
    [InlineData("GET", "?response-content-type=a", "", "", 403)]
    [InlineData("GET", "?partNumber=1", "?partNumber=1", "", 206)]
    [InlineData("GET", "?partNumber=1", "", "", 403)]
    [InlineData("GET", "?If-None-Match=*", "", "", 304)]
    [InlineData("PUT", "", "", "", 200)]
    [InlineData("PUT", "?x-amz-meta-b=%20two%20&X-Amz-Meta-A=1", "", "x-amz-meta-a:1\nx-amz-meta-b:two\n", 200)]
    [InlineData("PUT", "?x-amz-meta-a=1", "", "", 403)]
    [InlineData("PUT", "?x-amz-acl=public-read", "", "x-amz-acl:public-read\n", 501)]
    [InlineData("PUT", "?If-None-Match=*", "", "", 412)]
    [InlineData("PUT", "?Content-MD5=AAAAAAAAAAAAAAAAAAAAAA==", "", "", 403)]
    [InlineData("PUT", "?x-amz-copy-source=b%2Fk", "", "x-amz-copy-source:b/k\n", 400)]
    [InlineData("PUT", "?tagging", "?tagging", "", 400)]
    [InlineData("GET", "?acl", "?acl", "", 400)]
    [InlineData("GET", "?attributes", "", "", 400)]
    [InlineData("GET", "?uploadId=u", "?uploadId=u", "", 400)]
    [InlineData("POST", "?uploads", "?uploads", "", 400)]
    [InlineData("DELETE", "", "", "", 400)]
    public async Task Only_the_bytes_of_one_object_can_be_read_and_written(
        string method, string query, string covered, string headers, int status)
    {
        var target = await s3.NewObjectAsync();
        var url = s3.PresignOld(method, target + query, target + covered, headers);
        var answer = await s3.OpenAsync(method, url, method == "PUT" ? "new"u8.ToArray() : null);
        Assert.True(answer.Status == status, answer.Text);
        Assert.Equal(method == "PUT" && status == 200 ? "new" : "old", (await s3.GetAsync(target)).Expect(200).Text);
    }

    [Fact]
    public async Task A_part_is_uploaded()
    {
        var target = await s3.NewObjectAsync();
        var upload = await s3.NewUploadAsync(target);
        var query = $"?partNumber=1&uploadId={upload}";
        (await s3.OpenAsync("PUT", s3.PresignOld("PUT", target + query, target + query), [1])).Expect(200);
        ExpectError(await s3.OpenAsync("PUT", s3.PresignOld("PUT", target + query, target), [1]), 403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task Metadata_of_the_query_is_stored()
    {
        var target = await s3.NewObjectAsync();
        var url = s3.PresignOld(
            "PUT", target + "?x-amz-meta-a=1&Content-Type=text%2Fplain&Cache-Control=no-cache", target, "x-amz-meta-a:1\n", "text/plain");
        (await s3.OpenAsync("PUT", url, [1])).Expect(200);
        var stored = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal(("1", "text/plain", "no-cache"), (stored.Header("x-amz-meta-a"), stored.Header("Content-Type"), stored.Header("Cache-Control")));
        ExpectError(await s3.OpenAsync("PUT", url, [1], ("content-type", "text/html")), 403, "SignatureDoesNotMatch");
        ExpectError(await s3.OpenAsync("PUT", url, [1], ("x-amz-meta-b", "1")), 403, "SignatureDoesNotMatch");
    }

    [Theory]
    [InlineData("k", "K", 403, "SignatureDoesNotMatch")]
    [InlineData("AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE", "AWSAccessKeyId=AKIANOBODY", 403, "InvalidAccessKeyId")]
    [InlineData("AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE", "AWSAccessKeyId=", 403, "AccessDenied")]
    [InlineData("AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&", "", 403, "AccessDenied")]
    [InlineData("Expires=", "Expires=9", 403, "SignatureDoesNotMatch")]
    [InlineData("Expires=", "Expires=x", 403, "AccessDenied")]
    [InlineData("Expires=", "Expires=-", 403, "AccessDenied")]
    [InlineData("Expires=", "Expires=99999999999999999999", 403, "AccessDenied")]
    [InlineData("Expires=", "Expires=1&Expires=", 403, "AccessDenied")]
    [InlineData("Expires=", "expires=", 403, "AccessDenied")]
    [InlineData("Signature=", "Signature=x", 403, "SignatureDoesNotMatch")]
    [InlineData("Signature=", "Signature=&y=", 403, "AccessDenied")]
    [InlineData("Signature=", "y=", 403, "AccessDenied")]
    public async Task A_changed_URL_is_refused(string part, string replacement, int status, string code)
    {
        var target = await s3.NewObjectAsync();
        var url = s3.PresignOld("GET", target);
        var (path, query) = (target, url[target.Length..]);
        url = part == "k" ? target[..^1] + replacement + query : path + query.Replace(part, replacement, StringComparison.Ordinal);
        ExpectError(await s3.OpenAsync("GET", url), status, code);
    }

    [Fact]
    public async Task It_expires()
    {
        var target = await s3.NewObjectAsync();
        var now = s3.Clock.Now.ToUnixTimeSeconds();
        var answer = await s3.OpenAsync("GET", s3.PresignOld("GET", target, expires: now - 1));
        ExpectError(answer, 403, "AccessDenied");
        Assert.Contains("<Message>Request has expired</Message><Expires>", answer.Text, StringComparison.Ordinal);
        (await s3.OpenAsync("GET", s3.PresignOld("GET", target, expires: now + 86_400 * 365))).Expect(200);
    }

    [Fact]
    public async Task The_text_to_sign_is_in_the_error()
    {
        var target = await s3.NewObjectAsync();
        var answer = await s3.OpenAsync("HEAD", s3.PresignOld("GET", target));
        Assert.Equal(403, answer.Status);
        answer = await s3.OpenAsync("GET", s3.PresignOld("HEAD", target, expires: 4_000_000_000));
        Assert.Contains($"<StringToSign>GET\n\n\n4000000000\n{target}</StringToSign>", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("CanonicalRequest", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a+b", "/a+b", "plus")]
    [InlineData("/a+b", "/a%20b", "blank")]
    [InlineData("/a+b", "/a%20c", null)]
    public async Task A_plus_sign_in_a_path_is_what_the_signature_says(string path, string signedTarget, string? expected)
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/a%2Bb", "plus")).Expect(200);
        (await s3.SendAsync("PUT", $"/{bucket}/a%20b", "blank")).Expect(200);
        var answer = await s3.OpenAsync("GET", s3.PresignOld("GET", $"/{bucket}{path}", $"/{bucket}{signedTarget}"));
        Assert.Equal(expected, answer.Status == 200 ? answer.Text : null);
    }

    [Fact]
    public async Task Chunks_cannot_be_signed()
    {
        var target = await s3.NewObjectAsync();
        const string Mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
        var url = s3.PresignOld("PUT", $"{target}?x-amz-content-sha256={Mode}", target, $"x-amz-content-sha256:{Mode}\n");
        ExpectError(await s3.OpenAsync("PUT", url, [1]), 400, "InvalidArgument");
    }

    [Fact]
    public async Task A_server_can_refuse_them()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Options = new GatewayOptions { SignatureVersion2 = SignatureVersion2.Off } }, services => services.AddS3Front());
        var url = s3.PresignOld("GET", "/bucket/k");
        var answer = await server.SendAsync(new ApiRequest("GET", url), [("host", server.EndPoint.ToString())]);
        ExpectError(answer, 400, "AuthorizationQueryParametersError");
        Assert.Contains("Version 4", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_may_name_the_bucket()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Options = new GatewayOptions { S3Domain = "s3.test" } }, services => services.AddS3Front());
        (await SendAsync("PUT", "/", Owner)).Expect(200);
        (await SendAsync("PUT", s3.PresignOld("PUT", "/k", "/bucket/k"), null)).Expect(200);
        ExpectError(await SendAsync("PUT", s3.PresignOld("PUT", "/k", "/other/k"), null), 403, "SignatureDoesNotMatch");

        Task<ApiAnswer> SendAsync(string method, string target, Signer? signer)
        {
            var request = Request(method, target, null);
            return server.SendAsync(
                request, signer?.Sign(request, "bucket.s3.test", server.Setup.Clock.Now) ?? [("host", "bucket.s3.test")]);
        }
    }
}
