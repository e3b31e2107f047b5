using OrleansUploads.Gateway.S3;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>When the documents of requests are read.</summary>
public sealed class S3DocumentTests(S3Server s3) : IClassFixture<S3Server>
{
    [Theory]
    [InlineData("POST", "?delete")]
    [InlineData("POST", "/k?restore")]
    [InlineData("PUT", "/k?tagging")]
    [InlineData("POST", "/k?uploadId=u")]
    public async Task The_document_of_a_stranger_is_not_read(string method, string target)
    {
        var request = Request(method, $"/{await s3.NewBucketAsync()}{target}", null).With("Content-Length", "1000");
        await using var connection = await RawConnection.OpenAsync(s3.Server.EndPoint);
        await connection.SendHeadAsync(request, Stranger.Sign(request, s3.Server.EndPoint.ToString(), s3.Server.Setup.Clock.Now));

        // The body is not sent.
        ExpectError(await connection.ReadAsync(), 403, "AccessDenied");
    }

    [Fact]
    public async Task A_document_in_several_blocks_is_read_and_compared_with_its_hash()
    {
        var bucket = await s3.NewBucketAsync();
        var keys = Enumerable.Range(0, 1000).Select(i => $"<Object><Key>{new string('k', 1000)}{i:000}</Key><Other>{new string('o', 3000)}</Other></Object>");
        var document = Encoding.UTF8.GetBytes($"<Delete>{string.Concat(keys)}</Delete>");
        Assert.InRange(document.Length, 3 << 20, S3Xml.MaxLongDocumentBytes);
        Assert.Equal(1000, Texts((await s3.SendAsync("POST", $"/{bucket}?delete", document)).Expect(200), "Key").Length);

        var hash = ("x-amz-content-sha256", new string('0', 64));
        ExpectError(await s3.SendAsync("POST", $"/{bucket}?delete", document, null, hash), 400, "XAmzContentSHA256Mismatch");
        ExpectError(
            await s3.SendAsync("POST", $"/{bucket}?delete", document, null, ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")), 400, "BadDigest");
        ExpectError(
            await s3.SendAsync("POST", $"/{bucket}?delete", document, null, ("x-amz-checksum-crc32", "AAAAAA==")), 400, "BadDigest");
    }
}
