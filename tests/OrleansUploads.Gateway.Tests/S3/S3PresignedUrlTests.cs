using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>What may stand in the query of a URL that is presigned with Signature Version 4, and what may not stand beside it.</summary>
public sealed class S3PresignedUrlTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string Past = "Thu, 01 Jan 1998 00:00:00 GMT";
    private const string Now = "{1}";
    private const string Md5OfOld = "FJYD5sA1FjYqjaI/Yk25RQ==";
    private const string EmptySha256 = SigningRequest.EmptyPayloadHash;
    private const string FromItself = "x-amz-copy-source=%2F{0}%2Fk&";

    private static readonly byte[] Old = "old"u8.ToArray();

    private delegate void SignHash(ReadOnlySpan<byte> hash, Span<byte> signature);

    /// <summary>Method, query, in which {0} is the bucket and {1} the time, expected status and code, for a key with an object.</summary>
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
        { "GET", "if-modified-since=" + Now, 304, null },
        { "HEAD", "If-Modified-Since=" + Now, 304, null },
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

        { "GET", "Range=bytes%3D0-0&If-Range=%22149603e6c03516362a8da23f624db945%22", 206, null },
        { "GET", "Range=bytes%3D0-0&if-range=%22d41d8cd98f00b204e9800998ecf8427e%22", 200, null },
        { "GET", "Range=bytes%3D0-0&If-Range=" + Past, 200, null },
        { "PUT", FromItself, 400, "InvalidRequest" },
        { "PUT", FromItself + "x-amz-metadata-directive=REPLACE", 200, null },
        { "PUT", FromItself + "X-Amz-Metadata-Directive=KEEP", 400, "InvalidArgument" },
        { "PUT", FromItself + "x-amz-tagging-directive=KEEP", 400, "InvalidArgument" },
        { "PUT", FromItself + "x-amz-copy-source-if-match=%22d41d8cd98f00b204e9800998ecf8427e%22", 412, "PreconditionFailed" },
        { "PUT", FromItself + "x-amz-copy-source-if-none-match=%2A", 412, "PreconditionFailed" },
        { "PUT", FromItself + "X-Amz-Copy-Source-If-Modified-Since=" + Now, 412, "PreconditionFailed" },
        { "PUT", FromItself + "x-amz-copy-source-if-unmodified-since=" + Past, 412, "PreconditionFailed" },
        { "PUT", FromItself + "x-amz-copy-source-range=bytes%3D0-0", 501, "NotImplemented" },
        { "PUT", FromItself + "x-amz-source-expected-bucket-owner=999999999999", 403, "AccessDenied" },
        { "GET", "attributes&x-amz-object-attributes=ETag", 200, null },
        { "GET", "attributes&X-Amz-Object-Attributes=Owner", 400, "InvalidArgument" },
        { "GET", "attributes&x-amz-object-attributes=ETag&x-amz-max-parts=x", 400, "InvalidArgument" },
        { "DELETE", "x-amz-mfa=1", 501, "NotImplemented" },
        { "DELETE", "X-Amz-If-Match-Size=3", 501, "NotImplemented" },

        // The checksum of an empty body: clients presign it before they know the body.
        { "PUT", "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32", 200, null },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_header_in_the_query_counts(string method, string query, int status, string? code)
    {
        var target = await s3.NewObjectAsync();
        query = query.Replace("{0}", target.Split('/')[1], StringComparison.Ordinal)
            .Replace(Now, s3.Clock.Now.ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace(" ", "%20", StringComparison.Ordinal);
        var url = s3.Presign(method, $"{target}?{query}");
        var answer = await s3.OpenAsync(method, url, method == "PUT" ? "new"u8.ToArray() : null);
        if (code is null)
        {
            answer.Expect(status);
        }
        else
        {
            ExpectError(answer, status, code);
        }

        var isStored = method == "PUT" && status == 200 && !query.Contains("copy-source", StringComparison.Ordinal);
        Assert.Equal(isStored ? "new" : "old", (await s3.GetAsync(target)).Expect(200).Text);
    }

    [Fact]
    public async Task A_multipart_upload_may_state_everything_in_the_query()
    {
        var target = await s3.NewObjectAsync();
        var initiated = await OpenAsync("POST", "?uploads&x-amz-meta-colour=blue&Content-Type=text%2Fplain&x-amz-storage-class=STANDARD_IA"
            + "&x-amz-tagging=a%3Db&x-amz-checksum-algorithm=SHA256&X-Amz-Checksum-Type=COMPOSITE");
        Assert.Equal(("SHA256", "COMPOSITE"), (initiated.Expect(200).Header("x-amz-checksum-algorithm"), initiated.Header("x-amz-checksum-type")));
        ExpectError(await OpenAsync("POST", "?uploads&x-amz-acl=public-read"), 501, "NotImplemented");
        ExpectError(await OpenAsync("POST", "?uploads&x-amz-storage-class=COLD"), 400, "InvalidStorageClass");

        var upload = Text(initiated, "UploadId");
        var copied = await OpenAsync(
            "PUT", $"?partNumber=1&uploadId={upload}&x-amz-copy-source={Uri.EscapeDataString(target)}&x-amz-copy-source-range=bytes%3D1-2");
        var list = CompletionDocument.Of((1, Text(copied.Expect(200), "ETag")));
        foreach (var (condition, status, code) in new[]
        {
            ("If-None-Match=%2A", 412, "PreconditionFailed"),
            ("if-match=%22d41d8cd98f00b204e9800998ecf8427e%22", 412, "PreconditionFailed"),
            ("x-amz-mp-object-size=3", 400, "InvalidRequest"),
            ("x-amz-checksum-type=FULL_OBJECT", 400, "InvalidRequest"),
            ("x-amz-checksum-sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D-1", 400, "BadDigest"),
        })
        {
            ExpectError(await OpenAsync("POST", $"?uploadId={upload}&{condition}", list), status, code);
            Assert.Equal("old", (await s3.GetAsync(target)).Expect(200).Text);
        }

        (await OpenAsync("POST", $"?uploadId={upload}&If-Match=%22149603e6c03516362a8da23f624db945%22&x-amz-mp-object-size=2", list)).Expect(200);
        var stored = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal(("ld", "blue", "text/plain"), (stored.Text, stored.Header("x-amz-meta-colour"), stored.Header("Content-Type")));
        Assert.Equal(("STANDARD_IA", "1"), (stored.Header("x-amz-storage-class"), stored.Header("x-amz-tagging-count")));

        Task<ApiAnswer> OpenAsync(string method, string query, string body = "") =>
            s3.OpenAsync(method, s3.Presign(method, target + query), Encoding.UTF8.GetBytes(body));
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
    [InlineData("x-id=PutObject", "x-amz-copy-source", "{0}/other", 403)]
    [InlineData("x-id=PutObject", "x-amz-metadata-directive", "REPLACE", 403)]
    [InlineData("x-amz-copy-source={0}%2Fk&x-amz-metadata-directive=REPLACE", "x-amz-copy-source", "{0}/other", 403)]
    public async Task A_header_that_is_not_signed_cannot_change_the_query(string query, string header, string value, int status)
    {
        var target = await s3.NewObjectAsync();
        var bucket = target.Split('/')[1];
        (await s3.SendAsync("PUT", $"/{bucket}/other", "other")).Expect(200);
        (query, value) = (query.Replace("{0}", bucket, StringComparison.Ordinal), value.Replace("{0}", bucket, StringComparison.Ordinal));
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

    /// <summary>Amazon's SDK for PHP signs the names in ascending order and lists them as they come.</summary>
    [Fact]
    public async Task The_signed_headers_may_be_listed_in_any_order()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (string, string)[] headers = [("x-amz-meta-colour", "blue"), ("content-type", "text/plain")];

        var url = s3.Presign("PUT", target, headers: headers, listed: "x-amz-meta-colour;host;content-type");

        (await s3.OpenAsync("PUT", url, "red"u8.ToArray(), headers)).Expect(200);
        Assert.Equal("blue", (await s3.GetAsync(target)).Expect(200).Header("x-amz-meta-colour"));
        ExpectError(await s3.OpenAsync("PUT", url, [], ("x-amz-meta-colour", "red"), ("content-type", "text/plain")), 403, "SignatureDoesNotMatch");
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

    /// <summary>The mode; which signature or checksum is wrong, or null; the expected status.</summary>
    [Theory]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", null, 200)]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "chunk", 403)]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", null, 200)]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "chunk", 403)]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "trailer", 403)]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "checksum", 400)]
    [InlineData("STREAMING-UNSIGNED-PAYLOAD-TRAILER", null, 200)]
    [InlineData("STREAMING-UNSIGNED-PAYLOAD-TRAILER", "checksum", 400)]
    public async Task A_streaming_payload_is_verified(string mode, string? wrong, int status)
    {
        foreach (var isInQuery in (bool[])[false, true])
        {
            var target = await s3.NewObjectAsync();
            var hasTrailer = mode.EndsWith("TRAILER", StringComparison.Ordinal);
            (string Name, string Value)[] headers = [("x-amz-content-sha256", mode), ("x-amz-decoded-content-length", "3")];
            headers = hasTrailer ? [.. headers, ("x-amz-trailer", "x-amz-checksum-crc32")] : headers;
            var query = isInQuery ? "?" + string.Join('&', headers.Select(header => $"{header.Name}={header.Value}")) : "";
            headers = isInQuery ? [] : headers;
            var url = s3.Presign("PUT", target + query, headers: headers, payload: mode);
            var trailer = "x-amz-checksum-crc32:" + ChecksumHasher.Compute(ChecksumAlgorithm.Crc32, wrong == "checksum" ? "bad"u8 : "new"u8).Base64;
            var answer = await s3.OpenAsync("PUT", url, Frame(url), headers);
            answer.Expect(status);
            Assert.Equal(status == 200 ? "new" : "old", (await s3.GetAsync(target)).Expect(200).Text);

            byte[] Frame(string url)
            {
                if (mode.Contains("UNSIGNED", StringComparison.Ordinal))
                {
                    return Encoding.ASCII.GetBytes($"3\r\nnew\r\n0\r\n{trailer}\r\n\r\n");
                }

                var timestamp = AmzTimestamp.Format(s3.Clock.Now);
                var key = SigningKey.Derive(
                    wrong == "chunk" ? "wrong" : Harness.Signer.Secret, new CredentialScope(timestamp[..8], "us-east-1", "s3"));
                var chunks = new ChunkSignatures(key, timestamp, Convert.FromHexString(url[^64..]));
                var body = $"3;chunk-signature={Sign(chunks.SignChunk, "new")}\r\nnew\r\n0;chunk-signature={Sign(chunks.SignChunk, "")}\r\n";
                body += hasTrailer
                    ? $"{trailer}\r\nx-amz-trailer-signature:{Sign(chunks.SignTrailer, (wrong == "trailer" ? "x" : "") + trailer + "\n")}\r\n\r\n"
                    : "\r\n";
                return Encoding.ASCII.GetBytes(body);
            }
        }

        static string Sign(SignHash sign, string text)
        {
            var signature = new byte[32];
            sign(SHA256.HashData(Encoding.ASCII.GetBytes(text)), signature);
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
