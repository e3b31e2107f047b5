using System.Xml.Linq;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>The elements that errors have beside code and message, as in Amazon's documents.</summary>
public sealed class S3ErrorTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string NoTag = "\"d41d8cd98f00b204e9800998ecf8427e\"";
    private const string Past = "Thu, 01 Jan 1998 00:00:00 GMT";

    /// <summary>Method, target below a bucket with the object <c>k</c> of five bytes, a header and its value, in which {0} is the bucket and {1}
    /// the time, the expected code, and the expected elements, if they matter.</summary>
    public static TheoryData<string, string, string, string, string, string?> Errors => new()
    {
        { "PUT", "/k", "If-None-Match", "*", "412 PreconditionFailed", "Condition=If-None-Match" },
        { "PUT", "/k", "If-Match", NoTag, "412 PreconditionFailed", "Condition=If-Match" },
        { "PUT", "/none", "If-Match", NoTag, "404 NoSuchKey", "Key=none" },
        { "DELETE", "/k", "If-Match", NoTag, "412 PreconditionFailed", "Condition=If-Match" },
        { "PUT", "/k", "If-None-Match", NoTag, "501 NotImplemented", "Header=If-None-Match" },
        { "DELETE", "/k", "If-None-Match", "*", "501 NotImplemented", "Header=If-None-Match" },
        { "PUT", "/k", "If-Unmodified-Since", Past, "501 NotImplemented", "Header=If-Unmodified-Since" },
        { "GET", "?tagging", "x-id", "1", "404 NoSuchTagSet", "BucketName={0}" },
        { "GET", "?policy", "x-id", "1", "404 NoSuchBucketPolicy", "BucketName={0}" },
        { "GET", "/k", "If-Match", NoTag, "412 PreconditionFailed", "Condition=If-Match" },
        { "GET", "/k", "If-Unmodified-Since", Past, "412 PreconditionFailed", "Condition=If-Unmodified-Since" },
        { "COPY", "/copy", "x-amz-copy-source-if-match", NoTag, "412 PreconditionFailed", "Condition=x-amz-copy-source-If-Match" },
        { "COPY", "/copy", "x-amz-copy-source-if-none-match", "*", "412 PreconditionFailed", "Condition=x-amz-copy-source-If-None-Match" },
        { "COPY", "/copy", "x-amz-copy-source-if-unmodified-since", Past, "412 PreconditionFailed", "Condition=x-amz-copy-source-If-Unmodified-Since" },
        { "COPY", "/copy", "x-amz-copy-source-if-modified-since", "{1}", "412 PreconditionFailed", "Condition=x-amz-copy-source-If-Modified-Since" },
        { "GET", "/k", "Range", "bytes=5-", "416 InvalidRange", "RangeRequested=bytes=5- ActualObjectSize=5" },
        { "GET", "/k?partNumber=2", "x-id", "1", "416 InvalidPartNumber", "PartNumberRequested=2 ActualPartCount=1" },
        { "GET", "/none", "x-id", "1", "404 NoSuchKey", "Key=none" },
        { "GET", "/k?uploadId=u", "x-id", "1", "404 NoSuchUpload", "UploadId=u" },
        { "PUT", "/k", "Content-MD5", "short", "400 InvalidDigest", "Content-MD5=short" },
        { "PUT", "/k", "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==", "400 BadDigest", "ExpectedDigest=AAAAAAAAAAAAAAAAAAAAAA== CalculatedDigest=1B2M2Y8AsgTpgAmY7PhCfg==" },
        { "POST", "?delete", "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==", "400 BadDigest", "ExpectedDigest=AAAAAAAAAAAAAAAAAAAAAA== CalculatedDigest=1B2M2Y8AsgTpgAmY7PhCfg==" },
        { "PUT", "/k", "x-amz-storage-class", "COLD", "400 InvalidStorageClass", "StorageClassRequested=COLD" },
        { "PUT", "/k", "x-amz-tagging", "a%20b=%3C", "400 InvalidTag", "TagKey=a b TagValue=<" },
        { "PUT", "/k", "x-amz-decoded-content-length", "x", "400 InvalidArgument", "ArgumentName=x-amz-decoded-content-length ArgumentValue=x" },
        { "PUT", "/k", "x-amz-decoded-content-length", "5368709121", "400 EntityTooLarge", "ProposedSize=5368709121 MaxSizeAllowed=5368709120" },
        { "DELETE", "", "x-id", "1", "409 BucketNotEmpty", "BucketName={0}" },
        { "DELETE", "/k", "x-amz-mfa", "1", "501 NotImplemented", "Header=x-amz-mfa" },
        { "DELETE", "/k", "x-amz-if-match-size", "5", "501 NotImplemented", "Header=x-amz-if-match-size" },
        { "DELETE", "/k", "x-amz-if-match-last-modified-time", Past, "501 NotImplemented", null },
        { "DELETE", "/k?uploadId=u", "x-amz-if-match-initiated-time", Past, "501 NotImplemented", null },
        { "PATCH", "/k", "x-id", "1", "405 MethodNotAllowed", "Method=PATCH ResourceType=OBJECT" },
        { "PATCH", "", "x-id", "1", "405 MethodNotAllowed", "Method=PATCH ResourceType=BUCKET" },
        { "COPY", "/k", "x-id", "1", "400 InvalidRequest", "" },
        { "PUT", "/new", "x-amz-checksum-crc32", "AAAAAQ==", "400 BadDigest", null },
        { "PUT", "/new", "x-amz-checksum-crc32", "AAAA", "400 InvalidRequest", null },
        { "PUT", "/new", "x-amz-checksum-sha512", "AAAA", "400 InvalidRequest", null },
        { "PUT", "/new", "x-amz-sdk-checksum-algorithm", "CRC32", "400 InvalidRequest", null },
        { "PUT", "/new", "x-amz-content-sha256", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", "400 XAmzContentSHA256Mismatch", null },
        { "PUT", "/new", "x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "400 InvalidArgument", null },
        { "PUT", "/new", "x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "411 MissingContentLength", null },
        { "PUT", "/new", "x-amz-server-side-encryption", "aws:kms", "501 NotImplemented", null },
        { "PUT", "/new", "x-amz-server-side-encryption-customer-algorithm", "AES256", "501 NotImplemented", null },
        { "PUT", "/new", "x-amz-object-lock-mode", "GOVERNANCE", "501 NotImplemented", null },
        { "PUT", "/new", "x-amz-acl", "public-read", "501 NotImplemented", null },
        { "PUT", "/new", "x-amz-copy-source-range", "bytes=0-1", "501 NotImplemented", null },
        { "PUT", "/new", "x-amz-bucket-namespace", "account-regional", "501 NotImplemented", null },
        { "PUT", "/new", "x-amz-website-redirect-location", "/x", "501 NotImplemented", null },
        { "PUT", "/new", "x-amz-tagging", "a=1&a=2", "400 InvalidArgument", null },
        { "PUT", "/new", "x-amz-copy-source", "", "400 InvalidArgument", null },
        { "PUT", "/new", "x-amz-copy-source", "bucket", "400 InvalidArgument", null },
        { "PUT", "/new", "x-amz-copy-source", "/bucket/", "400 InvalidArgument", null },
        { "PUT", "/new", "x-amz-copy-source", "bucket/%zz", "400 InvalidArgument", null },
        { "PUT", "/new", "x-amz-copy-source", "bucket/k?versionId=3", "501 NotImplemented", null },
        { "PUT", "/new", "x-amz-copy-source", "absent-bucket/k", "404 NoSuchBucket", null },
        { "PUT", "/new", "x-amz-copy-source", "UPPER/k", "400 InvalidBucketName", null },
        { "PUT", "/new", "x-amz-copy-source", "{0}/absent", "404 NoSuchKey", null },
        { "COPY", "/new", "x-amz-metadata-directive", "KEEP", "400 InvalidArgument", null },
        { "COPY", "/new", "x-amz-tagging-directive", "copy", "400 InvalidArgument", null },
        { "COPY", "/new", "x-amz-checksum-algorithm", "MD4", "400 InvalidRequest", null },
        { "COPY", "/new", "x-amz-storage-class", "COLD", "400 InvalidStorageClass", null },
        { "COPY", "/new", "x-amz-copy-source-range", "bytes=0-1", "501 NotImplemented", null },
        { "COPY", "/new", "x-amz-copy-source-server-side-encryption-customer-algorithm", "AES256", "501 NotImplemented", null },
        { "COPY", "/new", "x-amz-source-expected-bucket-owner", "999988887777", "403 AccessDenied", null },
        { "GET", "?list-type=2", "x-amz-optional-object-attributes", "Colour", "400 InvalidArgument", null },
        { "GET", "?list-type=2", "x-amz-optional-object-attributes", "RestoreStatus,Colour", "400 InvalidArgument", null },
        { "GET", "/k?versionId=", "x-id", "1", "400 InvalidArgument", null },
        { "GET", "/k?versionId=1", "x-id", "1", "501 NotImplemented", null },
        { "GET", "/k?attributes", "x-id", "1", "400 InvalidArgument", null },
        { "GET", "/k?attributes", "x-amz-object-attributes", "", "400 InvalidArgument", null },
        { "GET", "/k?attributes", "x-amz-object-attributes", "ETag,Owner", "400 InvalidArgument", null },
        { "GET", "/none?attributes", "x-amz-object-attributes", "ETag", "404 NoSuchKey", null },
        { "GET", "?list-type=2&continuation-token=!", "x-id", "1", "400 InvalidArgument", null },
        { "GET", "?list-type=2&continuation-token=", "x-id", "1", "400 InvalidArgument", "ArgumentName=continuation-token ArgumentValue=" },
        { "GET", "?max-keys=x", "x-id", "1", "400 InvalidArgument", null },
        { "GET", "?encoding-type=base64", "x-id", "1", "400 InvalidArgument", null },
        { "GET", "?encoding-type=", "x-id", "1", "400 InvalidArgument", null },
        { "GET", "?uploads&encoding-type=", "x-id", "1", "400 InvalidArgument", null },
        { "GET", "?versions&version-id-marker=null", "x-id", "1", "400 InvalidArgument", null },
        { "GET", "?versions&key-marker=a&version-id-marker=v2", "x-id", "1", "400 InvalidArgument", null },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task A_refused_request_changes_nothing_and_its_error_has_the_elements_of_Amazons(
        string method, string target, string header, string value, string code, string? elements)
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/k", "hello")).Expect(200);
        value = string.Format(CultureInfo.InvariantCulture, value, bucket, s3.Clock.Now.ToString("R", CultureInfo.InvariantCulture));
        (string, string)[] headers = [(header, value)];
        headers = method == "COPY" ? [.. headers, ("x-amz-copy-source", $"{bucket}/k")]
            : header == "x-amz-decoded-content-length" ? [.. headers, ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")]
            : headers;
        var answer = await s3.SendAsync(method == "COPY" ? "PUT" : method, $"/{bucket}{target}", null, null, headers);
        ExpectError(answer, int.Parse(code[..3], CultureInfo.InvariantCulture), code[4..]);
        if (elements is not null)
        {
            string[] others = ["Code", "Message", "Resource", "RequestId", "HostId"];
            var found = XDocument.Parse(answer.Text).Root!.Elements().ExceptBy(others, element => element.Name.LocalName);
            Assert.Equal(elements.Replace("{0}", bucket, StringComparison.Ordinal), string.Join(' ', found.Select(element => $"{element.Name.LocalName}={element.Value}")));
        }

        Assert.Equal(["k"], Texts((await s3.GetAsync($"/{bucket}")).Expect(200), "Key"));
        Assert.Equal("hello", (await s3.GetAsync($"/{bucket}/k")).Text);
    }

    [Fact]
    public async Task Every_answer_names_the_process_and_hides_its_address()
    {
        var bucket = await s3.NewBucketAsync();
        var found = await s3.GetAsync($"/{bucket}");
        var missing = await s3.SendAsync("HEAD", $"/{bucket}/none");
        Assert.Equal((200, 404), (found.Status, missing.Status));
        Assert.Equal(found.Header("x-amz-id-2"), missing.Header("x-amz-id-2"));
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName)), Convert.FromBase64String(found.Header("x-amz-id-2")!));
    }

    [Fact]
    public async Task A_wrong_signature_is_answered_with_what_the_server_signed()
    {
        var request = Request("GET", "/b/a%20b?versions&prefix=%C3%A9", null).With("x-amz-meta-a", "  two   blanks ");
        var headers = s3.Server.Sign(request, Owner with { SecretKey = "wrong" });
        var answer = await s3.Server.SendAsync(request, headers);
        ExpectError(answer, 403, "SignatureDoesNotMatch");
        var error = XDocument.Parse(answer.Text, LoadOptions.PreserveWhitespace).Root!;
        Assert.Equal(
            ["Code", "Message", "AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes", "Resource", "RequestId", "HostId"],
            error.Elements().Select(element => element.Name.LocalName));
        var canonical = error.Element("CanonicalRequest")!.Value;
        Assert.StartsWith("GET\n/b/a%20b\nprefix=%C3%A9&versions=\nhost:", canonical, StringComparison.Ordinal);
        Assert.Contains("\nx-amz-meta-a:two blanks\n", canonical, StringComparison.Ordinal);
        Assert.StartsWith("AWS4-HMAC-SHA256\n", error.Element("StringToSign")!.Value, StringComparison.Ordinal);
        Assert.Equal(headers.Single(header => header.Name == "Authorization").Value[^64..], error.Element("SignatureProvided")!.Value);
        Assert.Equal(Harness.Signer.KeyId, error.Element("AWSAccessKeyId")!.Value);
        foreach (var name in (string[])["StringToSign", "CanonicalRequest"])
        {
            var bytes = error.Element(name + "Bytes")!.Value.Split(' ').Select(hex => Convert.ToByte(hex, 16)).ToArray();
            Assert.Equal(error.Element(name)!.Value, Encoding.UTF8.GetString(bytes));
        }

        // The right signature is the answer that an attacker wants.
        var right = s3.Server.Sign(request, Owner).Single(header => header.Name == "Authorization").Value[^64..];
        Assert.DoesNotContain(right, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Harness.Signer.Secret, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_signature_of_a_presigned_URL_is_answered_with_what_the_server_signed()
    {
        var url = s3.Presign("GET", "/b/k?versionId=a%20b").Replace("a%20b", "a+c", StringComparison.Ordinal);
        var answer = await s3.OpenAsync("GET", url);
        ExpectError(answer, 403, "SignatureDoesNotMatch");
        var error = XDocument.Parse(answer.Text, LoadOptions.PreserveWhitespace).Root!;
        var timestamp = AmzTimestamp.Format(s3.Clock.Now);
        var scope = $"{timestamp[..8]}/us-east-1/s3/aws4_request";
        var canonical = $"GET\n/b/k\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Uri.EscapeDataString($"{Harness.Signer.KeyId}/{scope}")}"
            + $"&X-Amz-Date={timestamp}&X-Amz-Expires=60&X-Amz-SignedHeaders=host&versionId=a%20c\nhost:{s3.Server.EndPoint}\n\nhost\nUNSIGNED-PAYLOAD";
        Assert.Equal(canonical, error.Element("CanonicalRequest")!.Value);
        Assert.Equal(
            $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Requests.LinearHashOf(Encoding.UTF8.GetBytes(canonical))}", error.Element("StringToSign")!.Value);
        Assert.Equal((Harness.Signer.KeyId, url[^64..]), (error.Element("AWSAccessKeyId")!.Value, error.Element("SignatureProvided")!.Value));
    }

    [Fact]
    [Promise("operations.md", "the clock is wrong by more than 15 minutes")]
    public async Task A_wrong_clock_is_answered_with_both_times()
    {
        var answer = await s3.SendAsync("GET", "/", signer: Owner with { Ahead = TimeSpan.FromHours(1) });
        ExpectError(answer, 403, "RequestTimeTooSkewed");
        Assert.Equal(
            DateTimeOffset.FromUnixTimeSeconds(s3.Clock.Now.ToUnixTimeSeconds()),
            DateTimeOffset.Parse(XDocument.Parse(answer.Text).Root!.Element("ServerTime")!.Value, CultureInfo.InvariantCulture));
        Assert.Contains("<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>", answer.Text, StringComparison.Ordinal);

        // Most clients show the message only.
        var (now, ahead) = (AmzTimestamp.Format(s3.Clock.Now), AmzTimestamp.Format(s3.Clock.Now + TimeSpan.FromHours(1)));
        Assert.Contains(
            $"{ahead} is too far ahead of the server's time {now}. Set the clock",
            XDocument.Parse(answer.Text).Root!.Element("Message")!.Value,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "InvalidRequest")]
    [InlineData("<CompleteMultipartUpload/>", "MalformedXML")]
    [InlineData("<CompleteMultipartUpload><Part><ETag>a</ETag></Part></CompleteMultipartUpload>", "MalformedXML")]
    [InlineData("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>", "MalformedXML")]
    [InlineData("<P>x</P><P>1</P>", "MalformedXML")]
    [InlineData("<P>99999999999</P>", "MalformedXML")]
    [InlineData("<P>0</P>", "InvalidArgument")]
    [InlineData("<P>-1</P>", "InvalidArgument")]
    [InlineData("<P>10001</P>", "InvalidPart")]
    [InlineData("<P>2</P>", "InvalidPart")]
    [InlineData("<P>1</P><P>2</P>", "InvalidPart")]
    [InlineData("<P>2</P><P>1</P>", "InvalidPartOrder")]
    [InlineData("<P>1</P><P>1</P>", "InvalidPartOrder")]
    public async Task A_malformed_completion_has_its_code(string document, string code)
    {
        var (target, upload) = await s3.OpenUploadAsync();
        var tag = (await s3.SendAsync("PUT", $"{target}?partNumber=1&uploadId={upload}", "hello")).Expect(200).Header("ETag");
        document = document.StartsWith("<P>", StringComparison.Ordinal)
            ? "<CompleteMultipartUpload>" + document.Replace("<P>", "<Part><PartNumber>", StringComparison.Ordinal)
                .Replace("</P>", $"</PartNumber><ETag>{tag}</ETag></Part>", StringComparison.Ordinal) + "</CompleteMultipartUpload>"
            : document;
        var answer = await s3.SendAsync("POST", $"{target}?uploadId={upload}", document);
        ExpectError(answer, 400, code);
        Assert.Equal(code.StartsWith("InvalidPart", StringComparison.Ordinal), answer.Text.Contains($"<UploadId>{upload}</UploadId>", StringComparison.Ordinal));
        Assert.Single(Texts((await s3.GetAsync($"{target}?uploadId={upload}")).Expect(200), "PartNumber"));
    }

    [Theory]
    [InlineData("<ChecksumCRC32>NhCmhg==</ChecksumCRC32>", 200)]
    [InlineData("<ChecksumCRC32>AAAAAA==</ChecksumCRC32>", 400)]
    [InlineData("<ChecksumCRC32>x</ChecksumCRC32>", 400)]
    [InlineData("<ChecksumSHA1>qvTGHdzF6KLavt4PO0gs2a6pQ00=</ChecksumSHA1>", 400)]
    [InlineData("<ChecksumCRC32>AAAAAA==</ChecksumCRC32><ChecksumCRC32>NhCmhg==</ChecksumCRC32>", 400)]
    [InlineData("<ChecksumSHA1>qvTGHdzF6KLavt4PO0gs2a6pQ00=</ChecksumSHA1><ChecksumCRC32>NhCmhg==</ChecksumCRC32>", 400)]
    public async Task Each_checksum_that_a_completion_states_is_compared(string checksums, int status)
    {
        var (target, upload) = await s3.OpenUploadAsync();
        var part = await s3.SendAsync("PUT", $"{target}?partNumber=1&uploadId={upload}", "hello", ("x-amz-checksum-crc32", "NhCmhg=="));
        var answer = await s3.SendAsync(
            "POST",
            $"{target}?uploadId={upload}",
            $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part.Expect(200).Header("ETag")}</ETag>{checksums}</Part></CompleteMultipartUpload>");
        Assert.Equal(status, answer.Status);
        Assert.Equal(status != 200, answer.Text.Contains("<Code>InvalidPart</Code>", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bytes=0-")]
    [InlineData("bytes=-1")]
    [InlineData("bytes=3-2")]
    [InlineData("bytes=0-0,1-1")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes= 0-1")]
    [InlineData("bytes 0-1")]
    [InlineData("0-1")]
    [InlineData("")]
    [InlineData("bytes=0-5")]
    [InlineData("bytes=5-9", "InvalidRequest")]
    [InlineData("bytes=7-9", "InvalidRequest")]
    public async Task A_range_to_copy_needs_both_ends_inside_the_source(string range, string code = "InvalidArgument")
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello")).Expect(200);
        var upload = await s3.NewUploadAsync(target);
        var answer = await s3.SendAsync(
            "PUT", $"{target}?partNumber=1&uploadId={upload}", headers: [("x-amz-copy-source", target), ("x-amz-copy-source-range", range)]);
        ExpectError(answer, 400, code);
        if (code == "InvalidArgument")
        {
            Assert.Contains($"<ArgumentName>x-amz-copy-source-range</ArgumentName>", answer.Text, StringComparison.Ordinal);
            Assert.Contains(range.Length > 0 ? $"<ArgumentValue>{range}</ArgumentValue>" : "<ArgumentValue", answer.Text, StringComparison.Ordinal);
        }

        Assert.Empty(Texts((await s3.GetAsync($"{target}?uploadId={upload}")).Expect(200), "PartNumber"));
    }
}
