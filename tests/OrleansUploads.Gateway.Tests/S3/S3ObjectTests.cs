using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3ObjectTests(S3Server s3) : IClassFixture<S3Server>
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public async Task An_object_is_returned_with_its_headers()
    {
        var target = $"/{await s3.NewBucketAsync()}/dir/name%20with+plus%2F%C3%A9";
        var put = await s3.SendAsync(
            "PUT",
            target,
            Hello,
            null,
            ("Content-Type", "text/x-test"),
            ("Content-Encoding", "aws-chunked,gzip"),
            ("Cache-Control", "no-store"),
            ("x-amz-meta-Colour", "blue"),
            ("x-amz-storage-class", "STANDARD_IA"),
            ("x-amz-tagging", "a=1&b=x+y"));
        Assert.Equal($"\"{Md5(Hello)}\"", put.Expect(200).Header("ETag"));

        var got = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal("hello", got.Text);
        Assert.Equal("5", got.Header("Content-Length"));
        Assert.Equal("text/x-test", got.Header("Content-Type"));
        Assert.Equal("gzip", got.Header("Content-Encoding"));
        Assert.Equal("no-store", got.Header("Cache-Control"));
        Assert.Equal("blue", got.Header("x-amz-meta-colour"));
        Assert.Equal("STANDARD_IA", got.Header("x-amz-storage-class"));
        Assert.Equal("2", got.Header("x-amz-tagging-count"));
        Assert.Equal("bytes", got.Header("Accept-Ranges"));
        Assert.Equal(put.Header("ETag"), got.Header("ETag"));
        Assert.NotNull(got.Header("Last-Modified"));
        Assert.NotNull(got.Header("x-amz-request-id"));

        var head = (await s3.SendAsync("HEAD", target)).Expect(200);
        Assert.Empty(head.Body);
        Assert.Equal("5", head.Header("Content-Length"));
        Assert.Equal("blue", head.Header("x-amz-meta-colour"));

        var overridden = await s3.GetAsync(target + "?response-content-type=a%2Fb&x-id=GetObject");
        Assert.Equal("a/b", overridden.Expect(200).Header("Content-Type"));
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        var target = $"/{await s3.NewBucketAsync()}/empty";
        var put = (await s3.SendAsync("PUT", target)).Expect(200);
        Assert.Equal("\"d41d8cd98f00b204e9800998ecf8427e\"", put.Header("ETag"));
        var got = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal("0", got.Header("Content-Length"));
        Assert.Equal("binary/octet-stream", got.Header("Content-Type"));
        ExpectError(await s3.GetAsync(target, ("Range", "bytes=0-0")), 416, "InvalidRange");
    }

    [Fact]
    public async Task The_owner_of_an_object_has_full_control()
    {
        var bucket = await s3.NewBucketAsync();
        ExpectError(await s3.GetAsync($"/{bucket}/k?acl"), 404, "NoSuchKey");
        (await s3.SendAsync("PUT", $"/{bucket}/k", [1])).Expect(200);

        var list = (await s3.GetAsync($"/{bucket}/k?acl")).Expect(200);

        Assert.Equal(["111122223333", "111122223333"], Texts(list, "ID"));
        Assert.Equal("FULL_CONTROL", Text(list, "Permission"));
        ExpectError(await s3.SendAsync("PUT", $"/{bucket}/k?acl", []), 501, "NotImplemented");
    }

    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task Overwriting_replaces_and_deleting_is_idempotent()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
        (await s3.SendAsync("PUT", target, "one")).Expect(200);
        (await s3.SendAsync("PUT", target, "two")).Expect(200);
        Assert.Equal("two", (await s3.GetAsync(target)).Text);
        (await s3.SendAsync("DELETE", target)).Expect(204);
        (await s3.SendAsync("DELETE", target)).Expect(204);
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
        Assert.Empty((await s3.SendAsync("HEAD", target)).Expect(404).Body);
    }

    [Theory]
    [InlineData("bytes=0-1", 206, "he", "bytes 0-1/5")]
    [InlineData("bytes=1-", 206, "ello", "bytes 1-4/5")]
    [InlineData("bytes=-2", 206, "lo", "bytes 3-4/5")]
    [InlineData("bytes=-9", 206, "hello", "bytes 0-4/5")]
    [InlineData("bytes=3-99", 206, "lo", "bytes 3-4/5")]
    [InlineData("bytes=2-1", 200, "hello", null)]
    [InlineData("bytes=0-1,3-4", 200, "hello", null)]
    [InlineData("letters=0-1", 200, "hello", null)]
    [InlineData("bytes=5-", 416, null, "bytes */5")]
    [InlineData("bytes=-0", 416, null, "bytes */5")]
    [InlineData("bytes=1-99999999999999999999", 206, "ello", "bytes 1-4/5")]
    [InlineData("bytes=-99999999999999999999", 206, "hello", "bytes 0-4/5")]
    [InlineData("bytes=99999999999999999999-", 416, null, "bytes */5")]
    [InlineData("bytes=-", 200, "hello", null)]
    public async Task Ranges(string range, int status, string? text, string? contentRange)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, Hello)).Expect(200);
        var got = (await s3.GetAsync(target, ("Range", range))).Expect(status);
        Assert.Equal(contentRange, got.Header("Content-Range"));
        if (text is not null)
        {
            Assert.Equal(text, got.Text);
        }
    }

    [Fact]
    public async Task Conditions_of_reads()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        var tag = (await s3.SendAsync("PUT", target, Hello)).Expect(200).Header("ETag")!;
        var at = (await s3.GetAsync(target)).Header("Last-Modified")!;

        (await s3.GetAsync(target, ("If-Match", tag))).Expect(200);
        (await s3.GetAsync(target, ("If-Match", "*"))).Expect(200);
        ExpectError(await s3.GetAsync(target, ("If-Match", "\"other\"")), 412, "PreconditionFailed");
        var unchanged = (await s3.GetAsync(target, ("If-None-Match", tag))).Expect(304);
        Assert.Equal(tag, unchanged.Header("ETag"));
        Assert.Empty(unchanged.Body);
        (await s3.GetAsync(target, ("If-None-Match", "\"other\""), ("If-Modified-Since", at))).Expect(200);
        (await s3.GetAsync(target, ("If-Modified-Since", at))).Expect(304);
        (await s3.GetAsync(target, ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"))).Expect(200);
        (await s3.GetAsync(target, ("If-Unmodified-Since", at))).Expect(200);
        ExpectError(await s3.GetAsync(target, ("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")), 412, "PreconditionFailed");
        (await s3.GetAsync(target, ("If-Match", tag), ("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"))).Expect(200);
        (await s3.GetAsync(target, ("Range", "bytes=0-1"), ("If-Range", "\"other\""))).Expect(200);
        (await s3.GetAsync(target, ("Range", "bytes=0-1"), ("If-Range", tag))).Expect(206);
        (await s3.GetAsync(target, ("Range", "bytes=0-1"), ("If-Range", at))).Expect(206);
    }

    [Theory]
    [InlineData("0", 400, "InvalidArgument")]
    [InlineData("2", 416, "InvalidPartNumber")]
    [InlineData("10000", 416, "InvalidPartNumber")]
    [InlineData("10001", 400, "InvalidArgument")]
    [InlineData("99999999999", 400, "InvalidArgument")]
    [InlineData("-1", 400, "InvalidArgument")]
    [InlineData("x", 400, "InvalidArgument")]
    public async Task An_object_in_one_request_has_one_part(string number, int status, string code)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, Hello)).Expect(200);
        ExpectError(await s3.GetAsync($"{target}?partNumber={number}"), status, code);
        var head = (await s3.SendAsync("HEAD", $"{target}?partNumber={number}")).Expect(status);
        Assert.Empty(head.Body);
        Assert.Equal("hello", (await s3.GetAsync($"{target}?partNumber=1")).Expect(206).Text);
    }

    [Fact]
    public async Task The_part_of_an_empty_object_has_no_range()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "")).Expect(200);
        var part = (await s3.GetAsync($"{target}?partNumber=1")).Expect(200);
        Assert.Empty(part.Body);
        Assert.Null(part.Header("Content-Range"));
    }

    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task Conditions_of_writes()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        ExpectError(await s3.SendAsync("PUT", target, Hello, null, ("If-Match", "\"x\"")), 404, "NoSuchKey");
        var tag = (await s3.SendAsync("PUT", target, Hello, null, ("If-None-Match", "*"))).Expect(200).Header("ETag")!;
        ExpectError(await s3.SendAsync("PUT", target, "other"u8.ToArray(), null, ("If-None-Match", "*")), 412, "PreconditionFailed");
        ExpectError(await s3.SendAsync("PUT", target, "other"u8.ToArray(), null, ("If-Match", "\"x\"")), 412, "PreconditionFailed");
        ExpectError(await s3.SendAsync("PUT", target, Hello, null, ("If-None-Match", tag)), 501, "NotImplemented");
        Assert.Equal("hello", (await s3.GetAsync(target)).Text);
        (await s3.SendAsync("PUT", target, "other"u8.ToArray(), null, ("If-Match", tag))).Expect(200);
        Assert.Equal("other", (await s3.GetAsync(target)).Text);
    }

    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task A_key_that_must_have_an_object_can_be_overwritten_and_deleted_but_not_created()
    {
        var bucket = await s3.NewBucketAsync();
        var target = $"/{bucket}/k";
        ExpectError(await s3.SendAsync("PUT", target, Hello, null, ("If-Match", "*")), 404, "NoSuchKey");
        ExpectError(await s3.SendAsync("DELETE", target, null, null, ("If-Match", "*")), 404, "NoSuchKey");
        (await s3.SendAsync("PUT", target, Hello)).Expect(200);
        (await s3.SendAsync("PUT", target, "other"u8.ToArray(), null, ("If-Match", "*"))).Expect(200);
        Assert.Equal("other", (await s3.GetAsync(target)).Text);
        ExpectError(await s3.SendAsync("PUT", target, Hello, null, ("If-Match", "*"), ("If-None-Match", "*")), 501, "NotImplemented");
        (await s3.SendAsync("DELETE", target, null, null, ("If-Match", "*"))).Expect(204);
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");

        (await s3.SendAsync("PUT", target, Hello)).Expect(200);
        const string many = "<Delete><Object><Key>k</Key><ETag>*</ETag></Object><Object><Key>none</Key><ETag>*</ETag></Object></Delete>";
        var deleted = (await s3.SendAsync("POST", $"/{bucket}?delete", many)).Expect(200).Text;
        Assert.Contains("<Deleted><Key>k</Key></Deleted>", deleted, StringComparison.Ordinal);
        Assert.Contains("<Key>none</Key><Code>NoSuchKey</Code>", deleted, StringComparison.Ordinal);
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
    }

    [Fact]
    public async Task Long_metadata_and_long_keys_are_refused()
    {
        var bucket = await s3.NewBucketAsync();
        ExpectError(
            await s3.SendAsync("PUT", $"/{bucket}/k", Hello, null, ("x-amz-meta-a", new string('x', 2048))), 400, "MetadataTooLarge");
        (await s3.SendAsync("PUT", $"/{bucket}/k", Hello, null, ("x-amz-meta-a", new string('x', 2047)))).Expect(200);
        (await s3.SendAsync("PUT", $"/{bucket}/{new string('k', 1024)}", Hello)).Expect(200);
        ExpectError(await s3.SendAsync("PUT", $"/{bucket}/{new string('k', 1025)}", Hello), 400, "KeyTooLongError");
    }

    [Fact]
    public async Task Checksums_are_verified_and_returned_on_request()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        var put = await s3.SendAsync("PUT", target, Hello, null, ("x-amz-checksum-crc32", "NhCmhg=="));
        Assert.Equal("NhCmhg==", put.Expect(200).Header("x-amz-checksum-crc32"));
        Assert.Null((await s3.GetAsync(target)).Header("x-amz-checksum-crc32"));
        var got = await s3.GetAsync(target, ("x-amz-checksum-mode", "ENABLED"));
        Assert.Equal(("NhCmhg==", "FULL_OBJECT"), (got.Header("x-amz-checksum-crc32"), got.Header("x-amz-checksum-type")));
        Assert.Null((await s3.GetAsync(target, ("x-amz-checksum-mode", "ENABLED"), ("Range", "bytes=0-1"))).Header("x-amz-checksum-crc32"));
    }

    /// <summary>The trailer that is announced, the body as sent, and the expected code.</summary>
    [Theory]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", null)]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nX-Amz-Checksum-Crc32: NhCmhg==\r\n\r\n", null)]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest")]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n", "InvalidRequest")]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:\r\n\r\n", "InvalidRequest")]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError")]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=\r\n\r\n", "MalformedTrailerError")]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32\r\n\r\n", "MalformedTrailerError")]
    [InlineData("", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "MalformedTrailerError")]
    [InlineData("x-amz-meta-a", "5\r\nhello\r\n0\r\nx-amz-meta-a:1\r\n\r\n", "InvalidRequest")]
    [InlineData("x-amz-checksum-md4", "5\r\nhello\r\n0\r\nx-amz-checksum-md4:1\r\n\r\n", "InvalidRequest")]
    [InlineData("x-amz-checksum-crc32,x-amz-checksum-sha1", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "InvalidRequest")]
    [InlineData("x-amz-checksum-crc32", "5\r\nhello\r\n", "IncompleteBody")]
    [InlineData("x-amz-checksum-crc32", "6\r\nhello!\r\n0\r\n\r\n", "IncompleteBody")]
    [InlineData("x-amz-checksum-crc32", "hello", "IncompleteBody")]
    public async Task Unsigned_chunks_with_a_trailer(string announced, string body, string? code)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (string, string)[] headers =
        [
            ("Content-Encoding", "aws-chunked"),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("x-amz-decoded-content-length", "5"),
            .. announced.Length > 0 ? [("x-amz-trailer", announced)] : Array.Empty<(string, string)>(),
        ];
        var put = await s3.SendAsync("PUT", target, body, headers);
        if (code is not null)
        {
            ExpectError(put, 400, code);
            ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
            return;
        }

        put.Expect(200);
        var got = await s3.GetAsync(target);
        Assert.Equal("hello", got.Text);
        Assert.Null(got.Header("Content-Encoding"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signed_chunks(bool isChanged)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        var request = Request(
            "PUT",
            target,
            null,
            ("Content-Encoding", "aws-chunked"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            ("x-amz-decoded-content-length", "5"));
        var headers = s3.Server.Sign(request, Owner);
        var body = Encoding.ASCII.GetBytes(FrameSigned(headers));
        if (isChanged)
        {
            body[^90] ^= 1;
        }

        var put = await s3.Server.SendAsync(request.WithBody(body), headers);
        if (isChanged)
        {
            ExpectError(put, 403, "SignatureDoesNotMatch");
            ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
        }
        else
        {
            put.Expect(200);
            Assert.Equal("hello", (await s3.GetAsync(target)).Text);
        }
    }

    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task Many_objects_are_deleted_at_once()
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/a", Hello)).Expect(200);
        (await s3.SendAsync("PUT", $"/{bucket}/b", Hello)).Expect(200);
        const string Document = "<Delete><Object><Key>a</Key></Object><Object><Key>absent</Key><VersionId>null</VersionId></Object>"
            + "<Object><Key>b</Key><VersionId>7</VersionId></Object></Delete>";
        var answer = (await s3.SendAsync("POST", $"/{bucket}/?delete", Document)).Expect(200);
        Assert.Equal(["a", "absent", "b"], Texts(answer, "Key"));
        Assert.Equal(["null", "7"], Texts(answer, "VersionId"));
        Assert.Equal(["NotImplemented"], Texts(answer, "Code"));
        ExpectError(await s3.GetAsync($"/{bucket}/a"), 404, "NoSuchKey");
        (await s3.GetAsync($"/{bucket}/b")).Expect(200);

        var wrong = Convert.ToBase64String(new byte[16]);
        ExpectError(await s3.SendAsync("POST", $"/{bucket}?delete", Document, ("Content-MD5", wrong)), 400, "BadDigest");
        foreach (var malformed in (string[])["<Delete>", "<Delete><😀/></Delete>", WithKey("&#xD800;"), WithKey("\u0001"), WithKey("\uFFFE")])
        {
            ExpectError(await s3.SendAsync("POST", $"/{bucket}?delete", malformed), 400, "MalformedXML");
        }

        var crc = ChecksumHasher.Compute(ChecksumAlgorithm.Crc32, Encoding.UTF8.GetBytes(Document)).Base64;
        (await s3.SendAsync("POST", $"/{bucket}?delete", Document, ("x-amz-checksum-crc32", crc))).Expect(200);

        static string WithKey(string key) => $"<Delete><Object><Key>{key}</Key></Object></Delete>";
    }

    [Theory]
    [InlineData("%20", " ")]
    [InlineData("%09%0A%20", "\t\n ")]
    [InlineData("%0D", "&#13;")]
    [InlineData("%01", "&#1;")]
    public async Task A_key_of_white_space_or_control_characters_is_deleted_with_others(string key, string element)
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/{key}", Hello)).Expect(200);
        var document = $"<Delete>\n  <Object>\n    <Key>{element}</Key>\n  </Object>\n  <Object><Key>a</Key></Object>\n</Delete>\n";
        Assert.Equal(2, Texts((await s3.SendAsync("POST", $"/{bucket}?delete", document)).Expect(200), "Key").Length);
        ExpectError(await s3.GetAsync($"/{bucket}/{key}"), 404, "NoSuchKey");
    }

    [Fact]
    public async Task A_sub_resource_never_becomes_an_object()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        foreach (var query in (string[])["acl", "retention", "legal-hold", "restore", "torrent", "versionId=1"])
        {
            ExpectError(await s3.SendAsync("PUT", $"{target}?{query}", Hello), 501, "NotImplemented");
        }

        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
    }

    /// <summary>Frames "hello" in one signed chunk.</summary>
    private static string FrameSigned(IEnumerable<(string Name, string Value)> headers)
    {
        var all = headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase);
        Assert.True(AuthorizationHeader.TryParse(all["Authorization"], out var authorization, out _));
        var chain = new ChunkSignatures(
            SigningKey.Derive(Harness.Signer.Secret, authorization.Scope), all["x-amz-date"], authorization.Signature);
        var first = new byte[32];
        var last = new byte[32];
        chain.SignChunk(System.Security.Cryptography.SHA256.HashData(Hello), first);
        chain.SignChunk(System.Security.Cryptography.SHA256.HashData([]), last);
        return $"5;chunk-signature={Convert.ToHexStringLower(first)}\r\nhello\r\n0;chunk-signature={Convert.ToHexStringLower(last)}\r\n\r\n";
    }
}
