using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Long requests, and when their documents are read.</summary>
public sealed class S3LongRequestTests(S3Server s3) : IClassFixture<S3Server>
{
    [Fact]
    public async Task Metadata_within_its_size_may_have_any_number_of_names()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (string Name, string Value)[] metadata =
            [.. Enumerable.Range(0, 300).Select(i => (string.Create(CultureInfo.InvariantCulture, $"x-amz-meta-k{i}"), "v"))];
        (await s3.SendAsync("PUT", target, [7], null, metadata)).Expect(200);
        var stored = (await s3.SendAsync("HEAD", target)).Expect(200);
        Assert.All(metadata, item => Assert.Equal(item.Value, stored.Header(item.Name)));
    }

    [Fact]
    public async Task A_listing_may_name_keys_of_the_maximum_length()
    {
        var bucket = await s3.NewBucketAsync();
        var key = Uri.EscapeDataString(new string('é', 512));
        (await s3.SendAsync("PUT", $"/{bucket}/{key}", [7])).Expect(200);
        var page = (await s3.GetAsync($"/{bucket}?prefix={key}&marker={key}&delimiter={key}")).Expect(200);
        Assert.Equal(["false"], Texts(page, "IsTruncated"));
        Assert.Single(Texts((await s3.GetAsync($"/{bucket}?prefix={key}")).Expect(200), "Key"));
    }

    /// <summary>Kestrel closes a connection whose body is much too long, so a client must not send another request on it.</summary>
    [Fact]
    public async Task A_fault_before_a_document_that_is_too_long_closes_the_connection_as_announced()
    {
        var setup = new GatewaySetup
        {
            Journal = new FaultyJournal(
                new MemoryJournal(),
                call => call.Operation == JournalOperation.Read ? JournalFault.FailBefore : JournalFault.None),
            Host = GatewaySetup.InThisProcess,
        };
        await using var server = await GatewayServer.StartAsync(setup, services => services.AddS3Front());
        var request = Request("POST", "/bucket?delete", null).With("Content-Length", "9437184");
        await using var connection = await server.BeginAsync(request, Owner);

        var answer = await connection.ReadAsync();

        ExpectError(answer, 503, "ServiceUnavailable");
        Assert.Equal("close", answer.Header("Connection"));
        Assert.Empty(await connection.ReadToEndAsync());
    }

    [Theory]
    [InlineData("gzip, br", "gzip, br")]
    [InlineData("aws-chunked, gzip, br", "gzip,br")]
    [InlineData("AWS-Chunked", null)]
    public async Task A_content_encoding_is_returned_as_sent_unless_it_says_how_the_body_was_sent(string sent, string? returned)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, [7], null, ("Content-Encoding", sent))).Expect(200);

        // Not with HttpClient, which parses this header.
        var request = Request("GET", target, null);
        await using var connection = await s3.Server.BeginAsync(request, Owner);
        Assert.Equal(returned, (await connection.ReadAsync()).Expect(200).Header("Content-Encoding"));
    }

    [Theory]
    [InlineData("POST", "?delete")]
    [InlineData("POST", "/k?restore")]
    [InlineData("PUT", "/k?tagging")]
    [InlineData("POST", "/k?uploadId=u")]
    public async Task The_document_of_a_stranger_is_not_read(string method, string target)
    {
        var request = Request(method, $"/{await s3.NewBucketAsync()}{target}", null).With("Content-Length", "1000");
        await using var connection = await s3.Server.BeginAsync(request, Stranger);

        // The body is not sent.
        ExpectError(await connection.ReadAsync(), 403, "AccessDenied");
    }

    [Fact]
    public async Task A_document_in_several_blocks_is_read_and_compared_with_its_hash()
    {
        var bucket = await s3.NewBucketAsync();
        var keys = Enumerable.Range(0, 1000).Select(i => $"<Object><Key>{new string('k', 1000)}{i:000}</Key><!--{new string('o', 3000)}--></Object>");
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
