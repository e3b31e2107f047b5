using System.Xml.Linq;
using OrleansUploads.Gateway.S3;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3AccessTests(S3Server s3) : IClassFixture<S3Server>
{
    [Fact]
    public async Task Both_protocols_have_one_address()
    {
        (await s3.Server.SendAsync(Requests.CreateVault("v"))).Expect(201);
        await s3.NewBucketAsync();
        (await s3.Server.SendAsync(new ApiRequest("GET", "/-/vaults"), [])).ExpectError(400, "MissingAuthenticationTokenException", "");
        ExpectError(await s3.Server.SendAsync(new ApiRequest("GET", "/bucket/key"), []), 403, "AccessDenied");
    }

    [Fact]
    public async Task Wrong_credentials_have_their_codes()
    {
        ExpectError(await s3.SendAsync("GET", "/", signer: Owner with { SecretKey = "wrong" }), 403, "SignatureDoesNotMatch");
        ExpectError(await s3.SendAsync("GET", "/", signer: Owner with { AccessKeyId = "AKIANOBODY" }), 403, "InvalidAccessKeyId");
        ExpectError(await s3.SendAsync("GET", "/", signer: Owner with { Ahead = TimeSpan.FromHours(1) }), 403, "RequestTimeTooSkewed");
        ExpectError(
            await s3.Server.SendAsync(Request("GET", "/", null).With("x-amz-content-sha256", null), Owner), 400, "MissingSecurityHeader");
        Assert.Empty((await s3.SendAsync("HEAD", "/b", signer: Owner with { SecretKey = "wrong" })).Expect(403).Body);
    }

    [Fact]
    [Promise("operations.md", "the clock is wrong by more than 15 minutes")]
    public async Task A_client_with_a_wrong_clock_can_read_the_time_of_the_server()
    {
        s3.Server.Setup.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var answer = await s3.SendAsync("GET", "/", signer: Owner with { Ahead = TimeSpan.FromHours(1) });
        var time = XDocument.Parse(answer.Text).Root!.Element("ServerTime")!.Value;
        Assert.Equal(
            DateTimeOffset.FromUnixTimeSeconds(s3.Server.Setup.Clock.Now.ToUnixTimeSeconds()),
            DateTimeOffset.ParseExact(time, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
    }

    [Fact]
    public async Task A_signature_of_version_2_is_named()
    {
        var answer = await s3.Server.SendAsync(
            new ApiRequest("GET", "/"), [.. Unsigned(), ("authorization", $"AWS {Harness.Signer.KeyId}:c2lnbmF0dXJl")]);
        ExpectError(answer, 400, "AuthorizationHeaderMalformed");
        Assert.Contains("Signature Version 2", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_is_not_implemented_however_it_is_signed()
    {
        var bucket = await s3.NewBucketAsync();
        (string, string)[] form = [.. Unsigned(), ("content-type", "multipart/form-data; boundary=b")];
        ExpectError(await PostAsync($"/{bucket}"), 501, "NotImplemented");
        ExpectError(await PostAsync("/"), 403, "AccessDenied");
        ExpectError(await PostAsync($"/{bucket}?delete"), 403, "AccessDenied");
        ExpectError(await PostAsync($"/{bucket}/k?uploads"), 403, "AccessDenied");

        Task<ApiAnswer> PostAsync(string target) =>
            s3.Server.SendAsync(new ApiRequest("POST", target).WithBody("--b--"u8.ToArray()), form);
    }

    [Fact]
    public async Task A_presigned_URL_reads_and_writes_until_it_expires()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        var put = Presign("PUT", target, 60);
        (await s3.Server.SendAsync(new ApiRequest("PUT", put).WithBody([7]), Unsigned())).Expect(200);
        var get = Presign("GET", target, 60);
        Assert.Equal([7], (await s3.Server.SendAsync(new ApiRequest("GET", get), Unsigned())).Expect(200).Body);
        ExpectError(await s3.Server.SendAsync(new ApiRequest("DELETE", get), Unsigned()), 403, "SignatureDoesNotMatch");
        ExpectError(
            await s3.Server.SendAsync(new ApiRequest("GET", Presign("GET", target, 60, TimeSpan.FromSeconds(-61))), Unsigned()), 403, "AccessDenied");
        ExpectError(
            await s3.Server.SendAsync(new ApiRequest("GET", Presign("GET", target, 604_801)), Unsigned()),
            400,
            "AuthorizationQueryParametersError");
    }

    [Fact]
    public async Task A_presigned_URL_has_headers_in_its_query()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await PutPresignedAsync(
            target, "&x-amz-meta-colour=%20light%20blue&X-Amz-Meta-Shape=round&x-amz-storage-class=STANDARD_IA&x-amz-tagging=a%3Db")).Expect(200);
        var stored = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal(("light blue", "round"), (stored.Header("x-amz-meta-colour"), stored.Header("x-amz-meta-shape")));
        Assert.Equal(("STANDARD_IA", "1"), (stored.Header("x-amz-storage-class"), stored.Header("x-amz-tagging-count")));
        Assert.Equal([7], stored.Body);

        ExpectError(await PutPresignedAsync(target, "&x-amz-expected-bucket-owner=999999999999"), 403, "AccessDenied");
        ExpectError(await PutPresignedAsync(target, "&x-amz-server-side-encryption=AES256"), 501, "NotImplemented");
        ExpectError(await PutPresignedAsync(target, "&x-amz-meta-no%20header=1"), 400, "InvalidArgument");
    }

    [Fact]
    public async Task A_presigned_copy_has_its_source_in_the_query()
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/source", [1, 2])).Expect(200);
        (await s3.SendAsync("PUT", $"/{bucket}/target", [3])).Expect(200);
        var url = Presign("PUT", $"/{bucket}/target", 60, parameters: $"&x-amz-copy-source={bucket}%2Fsource");
        (await s3.Server.SendAsync(new ApiRequest("PUT", url), Unsigned())).Expect(200);
        Assert.Equal([1, 2], (await s3.GetAsync($"/{bucket}/target")).Expect(200).Body);
    }

    [Fact]
    public async Task A_checksum_in_a_presigned_URL_is_compared_unless_it_is_that_of_an_empty_body()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await PutPresignedAsync(target, "&x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32")).Expect(200);
        ExpectError(await PutPresignedAsync(target, "&x-amz-checksum-crc32=AAAAAQ%3D%3D&x-amz-sdk-checksum-algorithm=CRC32"), 400, "BadDigest");
        (await s3.SendAsync("HEAD", target)).Expect(200);
    }

    [Fact]
    public async Task Only_presigned_URLs_have_headers_in_their_query()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target + "?x-amz-meta-colour=blue")).Expect(200);
        Assert.Null((await s3.GetAsync(target)).Expect(200).Header("x-amz-meta-colour"));
    }

    [Fact]
    public async Task The_host_may_name_the_bucket()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Options = new GatewayOptions { S3Domain = "s3.test" } }, services => services.AddS3Front());
        (await SendAsync("PUT", "/", "my.bucket.s3.test")).Expect(200);
        (await SendAsync("PUT", "/a/b", "my.bucket.s3.test:9000")).Expect(200);
        (await SendAsync("GET", "/my.bucket/a/b", "s3.test")).Expect(200);

        Task<ApiAnswer> SendAsync(string method, string target, string host)
        {
            var request = Request(method, target, null);
            return server.SendAsync(request, Owner.Sign(request, host, server.Setup.Clock.Now));
        }
    }

    private Task<ApiAnswer> PutPresignedAsync(string target, string parameters) => s3.Server.SendAsync(
        new ApiRequest("PUT", Presign("PUT", target, 60, parameters: parameters)).WithBody([7]), Unsigned());

    private (string, string)[] Unsigned() => [("host", s3.Server.EndPoint.ToString())];

    private string Presign(string method, string target, int seconds, TimeSpan ahead = default, string parameters = "")
    {
        var timestamp = AmzTimestamp.Format(s3.Server.Setup.Clock.Now + ahead);
        var scope = $"{timestamp[..8]}/us-east-1/s3/aws4_request";
        var url = $"{target}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Uri.EscapeDataString($"{Harness.Signer.KeyId}/{scope}")}"
            + $"&X-Amz-Date={timestamp}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host{parameters}";

        // The canonical request does not depend on where the signature is, and the signer needs the timestamp as a header.
        var headers = new Dictionary<string, string> { ["host"] = s3.Server.EndPoint.ToString(), ["x-amz-date"] = timestamp };
        var signature = new RequestSigner(SigningRules.S3, "us-east-1", Harness.Signer.KeyId, Harness.Signer.Secret).Sign(
            new SigningRequest(method, url, headers.GetValueOrDefault, headers.Keys, PayloadModes.NotSigned), ["host"]).Signature;
        return $"{url}&X-Amz-Signature={Convert.ToHexStringLower(signature)}";
    }
}
