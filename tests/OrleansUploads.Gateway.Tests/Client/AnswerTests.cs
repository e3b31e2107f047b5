using System.Net;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Gateway.Tests.Client;

public class AnswerTests
{
    private const string Hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [Fact]
    public async Task A_vault_is_parsed_with_null_for_null_and_absent_fields()
    {
        using var client = new ScriptedServer().Answers(HttpStatusCode.OK, """
            {"CreationDate":"2012-02-20T17:01:45.198Z","LastInventoryDate":null,"SizeInBytes":0,
             "VaultARN":"arn:aws:glacier:us-east-1:012345678901:vaults/v","VaultName":"v","Unknown":1}
            """).Connect();

        Assert.Equal(
            new Vault(
                "v", "arn:aws:glacier:us-east-1:012345678901:vaults/v",
                new DateTimeOffset(2012, 2, 20, 17, 1, 45, 198, TimeSpan.Zero), null, null, 0),
            await client.DescribeVaultAsync("v"));
    }

    [Fact]
    public async Task The_settings_of_an_account_are_parsed()
    {
        using var client = new ScriptedServer()
            .Answers(HttpStatusCode.OK, """{"Policy":{"Rules":[{"BytesPerHour":null,"Strategy":"FreeTier"}]}}""")
            .Answers(HttpStatusCode.OK, """{"Policy":{"Rules":[{"BytesPerHour":7,"Strategy":"BytesPerHour"}]}}""")
            .Answers(HttpStatusCode.OK, """
                {"ProvisionedCapacityList":[{"CapacityId":"c","StartDate":"2026-01-01T00:00:00.000Z","ExpirationDate":"2026-02-01T00:00:00.000Z"}]}
                """)
            .Connect();

        Assert.Equal(new DataRetrievalRule(DataRetrievalStrategy.FreeTier), await client.GetDataRetrievalPolicyAsync());
        Assert.Equal(new DataRetrievalRule(DataRetrievalStrategy.BytesPerHour, 7), await client.GetDataRetrievalPolicyAsync());
        Assert.Equal(
            [
                new ProvisionedCapacity(
                    "c", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)),
            ],
            await client.ListProvisionedCapacityAsync());
    }

    [Fact]
    public async Task A_job_is_parsed_with_its_range_and_hashes()
    {
        using var client = new ScriptedServer().Answers(HttpStatusCode.OK, $$"""
            {"Action":"ArchiveRetrieval","ArchiveId":"a","ArchiveSHA256TreeHash":"{{Hash}}","ArchiveSizeInBytes":5,
             "Completed":true,"CompletionDate":"2012-05-15T17:21:39.339Z","CreationDate":"2012-05-15T17:21:38.000Z",
             "InventorySizeInBytes":null,"JobDescription":null,"JobId":"j","RetrievalByteRange":"0-4",
             "SHA256TreeHash":null,"SNSTopic":null,"StatusCode":"Succeeded","StatusMessage":"Succeeded","Tier":"Expedited",
             "VaultARN":"arn"}
            """).Connect();

        var job = await client.DescribeJobAsync("v", "j");

        Assert.Equal(JobStatus.Succeeded, job.Status);
        Assert.Equal(new ByteRange(0, 5), job.RetrievalRange);
        Assert.Equal(Hash, job.ArchiveTreeHash.ToString());
        Assert.Null(job.TreeHash);
        Assert.Equal(ArchiveRetrievalTier.Expedited, job.Tier);
    }

    [Fact]
    public async Task The_entries_of_an_inventory_may_be_used_slowly()
    {
        const int Entries = 1000;
        var entry = $$"""{"ArchiveId":"a","ArchiveDescription":"{{new string('d', 1000)}}","CreationDate":"2012-05-15T17:21:39Z","Size":5,"SHA256TreeHash":"{{Hash}}"}""";
        var time = new ManualTime();
        using var client = new ScriptedServer()
            .Answers(HttpStatusCode.OK, $$"""{"ArchiveList":[{{string.Join(',', Enumerable.Repeat(entry, Entries))}}]}""")
            .Connect(options => options with { TimeProvider = time });

        var read = 0;
        await foreach (var _ in client.ReadInventoryAsync("v", "j"))
        {
            if (read++ == 0)
            {
                time.Advance(TimeSpan.FromHours(1));
            }
        }

        Assert.Equal(Entries, read);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task An_inventory_may_arrive_in_pieces_of_any_size(int pieceBytes)
    {
        const string Entry = $$"""{"ArchiveId":"ID","ArchiveDescription":null,"CreationDate":"2012-05-15T17:21:39Z","Size":5,"SHA256TreeHash":"{{Hash}}"}""";
        string[] ids = [.. Enumerable.Range(0, 30).Select(number => $"a{number}")];
        var entries = string.Join(" , ", ids.Select(id => Entry.Replace("ID", id, StringComparison.Ordinal)));
        using var client = new ScriptedServer()
            .AnswersInPieces($$"""{"VaultARN":"ArchiveList","Other":[1],"ArchiveList": [ {{entries}} ],"InventoryDate":"x"}""", pieceBytes)
            .AnswersInPieces($$"""{"ArchiveList":[{{entries}}""", pieceBytes)
            .Connect();

        Assert.Equal(ids, await client.ReadInventoryAsync("v", "j").Select(entry => entry.ArchiveId).ToArrayAsync());
        var read = new List<string>();
        var failure = await Assert.ThrowsAsync<GlacierException>(async () =>
        {
            await foreach (var entry in client.ReadInventoryAsync("v", "j"))
            {
                read.Add(entry.ArchiveId);
            }
        });
        Assert.Equal(ids, read);
        Assert.Equal(GlacierErrorCodes.UnreadableAnswer, failure.Code);
    }

    [Fact]
    public async Task An_inventory_whose_connection_breaks_is_continued()
    {
        const string Entry = $$"""{"ArchiveId":"ID","ArchiveDescription":null,"CreationDate":"2012-05-15T17:21:39Z","Size":5,"SHA256TreeHash":"{{Hash}}"}""";
        string[] ids = [.. Enumerable.Range(0, 30).Select(number => $"a{number}")];
        var text = $$"""{"ArchiveList":[{{string.Join(',', ids.Select(id => Entry.Replace("ID", id, StringComparison.Ordinal)))}}]}""";
        var server = new ScriptedServer().AnswersWithRange(text, 0, 1000).Breaks().AnswersWithRange(text, 1000, 1001).AnswersWithRange(text, 1001, text.Length);
        using var client = server.Connect();

        Assert.Equal(ids, await client.ReadInventoryAsync("v", "j").Select(entry => entry.ArchiveId).ToArrayAsync());
        Assert.Equal(
            [null, $"bytes=1000-{text.Length - 1}", $"bytes=1000-{text.Length - 1}", $"bytes=1001-{text.Length - 1}"],
            server.Received.Select(request => request.Header("range")));
    }

    [Fact]
    public async Task A_server_that_continues_an_inventory_at_its_beginning_is_refused()
    {
        const string Text = """{"ArchiveList":[]}""";
        var server = new ScriptedServer().AnswersWithRange(Text, 0, 5).Answers(HttpStatusCode.OK, Text);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<GlacierException>(async () => await client.ReadInventoryAsync("v", "j").ToArrayAsync());

        Assert.Equal(GlacierErrorCodes.UnreadableAnswer, failure.Code);
        Assert.Equal(2, server.Received.Count);
    }

    [Fact]
    public async Task Lists_are_read_page_by_page_until_there_is_no_marker()
    {
        const string Part = $$"""{"RangeInBytes":"RANGE","SHA256TreeHash":"{{Hash}}"}""";
        const string Page = $$"""{"PartSizeInBytes":1048576,"ArchiveDescription":null,"Parts":[{{Part}}],"Marker":MARKER}""";
        var server = new ScriptedServer()
            .Answers(HttpStatusCode.OK, Page.Replace("RANGE", "0-1048575").Replace("MARKER", "\"m/1\""))
            .Answers(HttpStatusCode.OK, Page.Replace("RANGE", "1048576-1048580").Replace("MARKER", "null"));
        using var client = server.Connect();

        var ranges = await client.ListPartsAsync("v", "u").Select(part => part.Range).ToArrayAsync();

        Assert.Equal([new ByteRange(0, 1048576), new ByteRange(1048576, 1048581)], ranges);
        Assert.Equal(2, server.Received.Count);
        Assert.EndsWith("/multipart-uploads/u?marker=m%2F1", server.Received[1].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_marker_ends_the_list_with_an_error()
    {
        const string Page = """{"VaultList":[],"Marker":"m"}""";
        using var client = new ScriptedServer().Answers(HttpStatusCode.OK, Page).Answers(HttpStatusCode.OK, Page).Connect();

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.ListVaultsAsync().ToListAsync().AsTask());
        Assert.Equal(GlacierErrorCodes.UnreadableAnswer, failure.Code);
    }

    [Fact]
    public async Task A_refusal_becomes_an_exception_with_code_message_status_and_request_ID()
    {
        using var client = new ScriptedServer().Answers(
            HttpStatusCode.NotFound,
            ScriptedServer.Error("ResourceNotFoundException", "Vault not found"),
            ("x-amzn-RequestId", "AAABZpJrTyioDC_HsOmHae8EZp_uBSJr6cnGOLKp_XJCl-Q")).Connect();

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.DescribeVaultAsync("v"));

        Assert.Equal("ResourceNotFoundException", failure.Code);
        Assert.Equal("Vault not found", failure.Message);
        Assert.Equal(HttpStatusCode.NotFound, failure.StatusCode);
        Assert.Equal("AAABZpJrTyioDC_HsOmHae8EZp_uBSJr6cnGOLKp_XJCl-Q", failure.RequestId);
        Assert.False(failure.IsTransient);
    }

    [Theory]
    [InlineData("<html>Bad Gateway</html>", null, "UnreadableAnswer")]
    [InlineData("", null, "UnreadableAnswer")]
    [InlineData("""{"message":"only this"}""", "InvalidSignatureException", "InvalidSignatureException")]
    public async Task A_refusal_in_another_form_still_has_a_code(string body, string? errorType, string expected)
    {
        (string, string)[] headers = errorType is null ? [] : [("x-amzn-ErrorType", errorType)];
        using var client = new ScriptedServer().Answers(HttpStatusCode.Forbidden, body, headers).Connect();

        Assert.Equal(expected, (await Assert.ThrowsAsync<GlacierException>(() => client.DescribeVaultAsync("v"))).Code);
    }

    [Theory]
    [InlineData(
        HttpStatusCode.BadGateway,
        "<html><head><title>502</title><style>b { }</style></head><body>\r\n<h1>No &quot;back end&quot;</h1>\u001b[2J<hr>nginx</body></html>",
        null,
        "The server returned status 502 Bad Gateway: No \"back end\" [2J nginx.")]
    [InlineData(HttpStatusCode.Forbidden, """{"message":"Forbidden"}""", null, """The server returned status 403 Forbidden: {"message":"Forbidden"}.""")]
    [InlineData(HttpStatusCode.Forbidden, "", null, "The server returned status 403 Forbidden.")]
    [InlineData(
        HttpStatusCode.MovedPermanently,
        "",
        "https://vaults.test/-/vaults/v?token=secret",
        "The server returned status 301 Moved Permanently and redirects to https://vaults.test/-/vaults/v.")]
    public async Task The_page_of_a_proxy_is_told(HttpStatusCode status, string body, string? location, string message)
    {
        (string, string)[] headers = location is null ? [] : [("Location", location)];
        using var client = new ScriptedServer().Answers(status, body, headers).Connect(static options => options with { Retry = RetryPolicy.None });

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.DescribeVaultAsync("v"));

        Assert.Equal((GlacierErrorCodes.UnreadableAnswer, message), (failure.Code, failure.Message));
    }

    [Theory]
    [InlineData("<", 100_000)]
    [InlineData("<script", 10_000)]
    [InlineData("word ", 100_000)]
    public async Task Only_the_beginning_of_a_page_is_told(string text, int times)
    {
        using var client = new ScriptedServer().Answers(HttpStatusCode.NotFound, string.Concat(Enumerable.Repeat(text, times))).Connect();

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.DescribeVaultAsync("v"));

        Assert.True(failure.Message.Length < 300, failure.Message);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"VaultName":7}""")]
    [InlineData("""{"VaultName":null}""")]
    public async Task A_success_with_an_unexpected_body_is_an_error_and_not_retried(string body)
    {
        var server = new ScriptedServer().Answers(HttpStatusCode.OK, body);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.DescribeVaultAsync("v"));

        Assert.Equal(GlacierErrorCodes.UnreadableAnswer, failure.Code);
        Assert.Single(server.Received);
    }

    [Fact]
    public async Task The_login_page_of_a_network_is_no_success()
    {
        var server = new ScriptedServer();
        using var client = server.Connect();
        Func<Task>[] calls =
        [
            () => client.DeleteArchiveAsync("v", "a"),
            () => client.AbortMultipartUploadAsync("v", "u"),
            () => client.CreateVaultAsync("v"),
            () => client.UploadPartAsync("v", "u", 0, HashedBody.Of("part"u8.ToArray())),
        ];
        foreach (var call in calls)
        {
            server.Answers(HttpStatusCode.OK, "<html>Sign in</html>");
            Assert.Equal(GlacierErrorCodes.UnreadableAnswer, (await Assert.ThrowsAsync<GlacierException>(call)).Code);
        }
    }

    [Fact]
    public async Task A_part_confirmed_with_another_tree_hash_is_an_error()
    {
        using var client = new ScriptedServer()
            .Answers(HttpStatusCode.NoContent, null, ("x-amz-sha256-tree-hash", Hash)).Connect();

        var failure = await Assert.ThrowsAsync<GlacierException>(() =>
            client.UploadPartAsync("v", "u", 0, HashedBody.Of("other"u8.ToArray())));
        Assert.Equal(GlacierErrorCodes.HashDiffers, failure.Code);
    }

    [Theory]
    [InlineData("0-0", true)]
    [InlineData("5-9", true)]
    [InlineData("9-5", false)]
    [InlineData("5", false)]
    [InlineData("-5", false)]
    [InlineData("5-", false)]
    [InlineData("+5-9", false)]
    [InlineData("0-9223372036854775807", false)]
    public void A_range_is_parsed_from_its_first_and_last_byte(string text, bool valid)
    {
        Assert.Equal(valid, ByteRange.TryParse(text, out var range));
        Assert.Equal(valid ? text : "0--1", range.ToString());
    }
}
