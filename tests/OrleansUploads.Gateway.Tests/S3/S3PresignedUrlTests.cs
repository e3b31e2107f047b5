using System.Security.Cryptography;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>What may stand in the query of a URL that is presigned with Signature Version 4, and what may not stand beside it.</summary>
public sealed class S3PresignedUrlTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string Past = "Thu, 01 Jan 1998 00:00:00 GMT";
    private const string Future = "Fri, 01 Jan 2100 00:00:00 GMT";
    private const string Md5OfOld = "FJYD5sA1FjYqjaI/Yk25RQ==";
    private const string EmptySha256 = SigningRequest.EmptyPayloadHash;

    private static readonly byte[] Old = "old"u8.ToArray();

    /// <summary>Method, query, expected status and code, for a key with an object.</summary>
    public static TheoryData<string, string, int, string?> Queries => new()
    {
        { "PUT", "If-None-Match=*", 412, "PreconditionFailed" },
        { "PUT", "if-none-match=%2A", 412, "PreconditionFailed" },
        { "PUT", "If-Match=%22d41d8cd98f00b204e9800998ecf8427e%22", 412, "PreconditionFailed" },
        { "PUT", "If-Match=*", 200, null },
        { "PUT", "If-Modified-Since=" + Past, 501, "NotImplemented" },
        { "PUT", "IF-UNMODIFIED-SINCE=" + Past, 501, "NotImplemented" },
        { "DELETE", "If-Match=%22d41d8cd98f00b204e9800998ecf8427e%22", 412, "PreconditionFailed" },
        { "GET", "If-Match=%22d41d8cd98f00b204e9800998ecf8427e%22", 412, "PreconditionFailed" },
        { "GET", "If-None-Match=*", 304, null },
        { "GET", "if-modified-since=" + Future, 304, null },
        { "HEAD", "If-Modified-Since=" + Future, 304, null },
        { "GET", "If-Unmodified-Since=" + Past, 412, "PreconditionFailed" },
        { "GET", "Range=bytes%3D0-0", 206, null },
        { "GET", "Range=bytes%3D9-", 416, "InvalidRange" },
        { "PUT", "Content-MD5=" + Md5OfOld, 400, "BadDigest" },
        { "PUT", "content-md5=x", 400, "InvalidDigest" },
        { "PUT", "x-amz-acl=private", 200, null },
        { "PUT", "X-Amz-Acl=public-read", 501, "NotImplemented" },
        { "PUT", "x-amz-grant-read=id%3D1", 501, "NotImplemented" },
        { "PUT", "x-amz-storage-class=COLD", 400, "InvalidStorageClass" },
        { "PUT", "x-amz-tagging=a%3D%3C", 400, "InvalidTag" },
        { "PUT", "x-amz-checksum-crc32=AAAAAQ%3D%3D", 400, "BadDigest" },
        { "PUT", "x-amz-server-side-encryption=AES256", 501, "NotImplemented" },
        { "PUT", "x-amz-copy-source=nobucket%2Fk", 404, "NoSuchBucket" },
        { "PUT", "x-amz-content-sha256=" + EmptySha256, 403, "SignatureDoesNotMatch" },
        { "PUT", "x-amz-meta-a=1&X-Amz-Meta-A=2", 400, "InvalidArgument" },
        { "PUT", "x-amz-meta-a=1&x-amz-meta-a=1", 200, null },
        { "PUT", "Content-Type=a%0D%0Ab", 400, "InvalidArgument" },
        { "PUT", "x-amz-meta-no%20header=1", 400, "InvalidArgument" },
        { "PUT", "x-amz-expected-bucket-owner=999999999999", 403, "AccessDenied" },

        // The checksum of an empty body: clients presign it before they know the body.
        { "PUT", "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32", 200, null },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_header_in_the_query_counts(string method, string query, int status, string? code)
    {
        var target = await s3.NewObjectAsync();
        var url = s3.Presign(method, $"{target}?{query.Replace(" ", "%20", StringComparison.Ordinal)}");
        var answer = await s3.OpenAsync(method, url, method == "PUT" ? "new"u8.ToArray() : null);
        if (code is null)
        {
            answer.Expect(status);
        }
        else
        {
            ExpectError(answer, status, code);
        }

        Assert.Equal(method == "PUT" && status == 200 ? "new" : "old", (await s3.GetAsync(target)).Expect(200).Text);
    }

    [Fact]
    public async Task What_is_stored_and_what_is_copied_may_be_stated_in_the_query()
    {
        var target = await s3.NewObjectAsync();
        const string Stated = "x-amz-meta-colour=%20light%20blue&X-Amz-Meta-Shape=round&x-amz-storage-class=STANDARD_IA&x-amz-tagging=a%3Db";
        (await s3.OpenAsync("PUT", s3.Presign("PUT", $"{target}?{Stated}"), [7])).Expect(200);
        var stored = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal(("light blue", "round"), (stored.Header("x-amz-meta-colour"), stored.Header("x-amz-meta-shape")));
        Assert.Equal(("STANDARD_IA", "1"), (stored.Header("x-amz-storage-class"), stored.Header("x-amz-tagging-count")));

        var copy = s3.Presign("PUT", $"{target}2?x-amz-copy-source={Uri.EscapeDataString(target[1..])}");
        (await s3.OpenAsync("PUT", copy)).Expect(200);
        Assert.Equal([7], (await s3.OpenAsync("GET", s3.Presign("GET", target + "2"))).Expect(200).Body);
    }

    [Theory]
    [InlineData("x-amz-acl", "private", 200)]
    [InlineData("x-amz-acl", "public-read", 501)]
    [InlineData("x-amz-meta-colour", "light blue", 200)]
    [InlineData("x-amz-storage-class", "STANDARD_IA", 200)]
    [InlineData("x-amz-tagging", "a=b", 200)]
    [InlineData("x-amz-security-token", "token", 200)]
    [InlineData("cache-control", "no-cache", 200)]
    [InlineData("content-type", "text/plain", 200)]
    [InlineData("content-encoding", "gzip", 200)]
    [InlineData("content-language", "de", 200)]
    [InlineData("content-disposition", "inline", 200)]
    [InlineData("expires", Past, 200)]
    [InlineData("content-md5", Md5OfOld, 200)]
    [InlineData("if-none-match", "*", 412)]
    public async Task A_signed_header_may_have_its_value_in_the_query_only(string header, string value, int status)
    {
        var target = await s3.NewObjectAsync();
        var url = s3.Presign("PUT", $"{target}?{header}={Uri.EscapeDataString(value)}", headers: [(header, value)]);
        (await s3.OpenAsync("PUT", url, Old)).Expect(status);
        if (status == 200 && header is not ("x-amz-acl" or "x-amz-security-token" or "content-md5" or "x-amz-tagging"))
        {
            Assert.Equal(value, (await s3.GetAsync(target)).Header(header));
        }

        // The value in the query is what was signed.
        ExpectError(
            await s3.OpenAsync("PUT", url.Replace($"{header}=", $"{header}=x", StringComparison.Ordinal), Old), 403, "SignatureDoesNotMatch");
        ExpectError(await s3.OpenAsync("PUT", s3.Presign("PUT", target, headers: [(header, value)]), Old), 403, "AccessDenied");
    }

    [Theory]
    [InlineData("Content-Type=a", "content-type", "a", 200)]
    [InlineData("Content-Type=a", "content-type", "b", 400)]
    [InlineData("If-None-Match=*", "if-none-match", "x", 400)]
    [InlineData("Cache-Control=a", "cache-control", "b", 400)]
    [InlineData("Range=bytes%3D0-0", "range", "bytes=0-9", 400)]
    [InlineData("x-amz-acl=private", "x-amz-acl", "private", 403)]
    [InlineData("x-amz-meta-a=1", "x-amz-meta-a", "2", 403)]
    [InlineData("x-id=PutObject", "x-amz-meta-a", "2", 403)]
    [InlineData("x-id=PutObject", "content-type", "b", 200)]
    public async Task A_header_that_is_not_signed_cannot_change_the_query(string query, string header, string value, int status)
    {
        var target = await s3.NewObjectAsync();
        (await s3.OpenAsync("PUT", s3.Presign("PUT", $"{target}?{query}"), "new"u8.ToArray(), (header, value))).Expect(status);
        Assert.Equal(status == 200 ? "new" : "old", (await s3.GetAsync(target)).Expect(200).Text);
    }

    [Fact]
    public async Task A_signed_header_that_contradicts_the_query_is_refused()
    {
        var target = await s3.NewObjectAsync();
        var url = s3.Presign("PUT", $"{target}?x-amz-meta-a=1", headers: [("x-amz-meta-a", "2")]);
        ExpectError(await s3.OpenAsync("PUT", url, Old, ("x-amz-meta-a", "2")), 400, "InvalidArgument");
    }

    [Fact]
    public async Task The_names_of_the_parameters_are_compared_without_case()
    {
        var target = await s3.NewObjectAsync();
        var url = s3.Presign("GET", target);
        (await s3.OpenAsync("GET", url.Replace("X-Amz-Signature", "x-amz-signature", StringComparison.Ordinal))).Expect(200);
        ExpectError(
            await s3.OpenAsync("GET", url + "&x-amz-signature=" + url[^64..]),
            400,
            "AuthorizationQueryParametersError");
        ExpectError(
            await s3.OpenAsync("GET", url.Replace("X-Amz-Expires", "x-amz-expires", StringComparison.Ordinal)), 403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task Only_one_way_of_signing_is_allowed()
    {
        var target = await s3.NewObjectAsync();
        ExpectError(await s3.GetAsync(s3.Presign("GET", target)), 400, "InvalidArgument");
    }

    [Fact]
    public async Task An_expired_URL_says_when_it_expired()
    {
        var target = await s3.NewObjectAsync();
        var answer = await s3.OpenAsync("GET", s3.Presign("GET", target, ahead: TimeSpan.FromSeconds(-61)));
        ExpectError(answer, 403, "AccessDenied");
        var expiry = s3.Clock.Now.AddSeconds(-1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Assert.Contains($"<Message>Request has expired</Message><X-Amz-Expires>60</X-Amz-Expires><Expires>{expiry}</Expires><ServerTime>", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_signed_streaming_payload_is_verified(bool isInQuery, bool isRight)
    {
        const string Mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
        var target = await s3.NewObjectAsync();
        (string, string)[] headers = isInQuery ? [] : [("x-amz-content-sha256", Mode), ("x-amz-decoded-content-length", "3")];
        var url = s3.Presign(
            "PUT",
            target + (isInQuery ? $"?x-amz-content-sha256={Mode}&x-amz-decoded-content-length=3" : ""),
            headers: headers,
            payload: Mode);
        var timestamp = AmzTimestamp.Format(s3.Clock.Now);
        var key = SigningKey.Derive(isRight ? Harness.Signer.Secret : "wrong", new CredentialScope(timestamp[..8], "us-east-1", "s3"));
        var chunks = new ChunkSignatures(key, timestamp, Convert.FromHexString(url[^64..]));
        var body = $"3;chunk-signature={Sign(chunks, "new")}\r\nnew\r\n0;chunk-signature={Sign(chunks, "")}\r\n\r\n";
        var answer = await s3.OpenAsync("PUT", url, Encoding.ASCII.GetBytes(body), headers);
        Assert.Equal(isRight ? 200 : 403, answer.Status);
        Assert.Equal(isRight ? "new" : "old", (await s3.GetAsync(target)).Expect(200).Text);

        static string Sign(ChunkSignatures chunks, string text)
        {
            var signature = new byte[32];
            chunks.SignChunk(SHA256.HashData(Encoding.ASCII.GetBytes(text)), signature);
            return Convert.ToHexStringLower(signature);
        }
    }

    [Theory]
    [InlineData("new", 200)]
    [InlineData("bad", 400)]
    public async Task A_hash_in_the_query_is_that_of_the_body(string body, int status)
    {
        var target = await s3.NewObjectAsync();
        var hash = Convert.ToHexStringLower(SHA256.HashData("new"u8));
        var url = s3.Presign("PUT", $"{target}?X-Amz-Content-Sha256={hash}", payload: hash);
        (await s3.OpenAsync("PUT", url, Encoding.ASCII.GetBytes(body))).Expect(status);
    }
}
