using System.Net;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Parts of objects that nodes write straight into the store.</summary>
public sealed class DirectObjectPartTests(DirectServer s3) : IClassFixture<DirectServer>
{
    private static readonly byte[] First = Requests.Bytes(5 << 20, 1);
    private static readonly byte[] Last = Requests.Bytes(1000, 2);

    private static readonly Signer Node = ScopedKeys.Node with { Rules = SigningRules.S3 };
    private static readonly Signer Uploader = ScopedKeys.Uploader with { Rules = SigningRules.S3 };

    private Task<ApiAnswer> PostAsync(string target, string upload, string query, object body, Signer? signer = null) =>
        s3.SendAsync("POST", $"{target}?uploadId={upload}&{query}", JsonSerializer.SerializeToUtf8Bytes(body), signer ?? Node);

    private async Task<(string Target, string Upload)> OpenAsync(params (string Name, string Value)[] headers)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        return (target, await s3.NewUploadAsync(target, headers));
    }

    private async Task<JsonElement> GrantAsync(string target, string upload, int partNumber, byte[] bytes)
    {
        var answer = await PostAsync(target, upload, "grants", new { parts = new[] { new { partNumber, length = bytes.Length } } }, Uploader);
        var grant = Assert.Single(answer.Expect(200).Json.GetProperty("grants").EnumerateArray());
        Assert.Equal(partNumber, grant.GetProperty("partNumber").GetInt32());
        return grant;
    }

    private static string AttemptOf(JsonElement grant) => grant.GetProperty("attempt").GetString()!;

    private static object Written(int partNumber, byte[] bytes, string attempt, string? md5 = null) => new
    {
        parts = new[]
        {
            new
            {
                partNumber,
                length = bytes.Length,
                treeHash = Requests.TreeHashOf(bytes),
                attempt,
                md5 = md5 ?? Md5(bytes),
                checksumAlgorithm = "SHA256",
                checksum = Convert.ToBase64String(Convert.FromHexString(Requests.LinearHashOf(bytes))),
            },
        },
    };

    private async Task<string?> ReportAsync(string target, string upload, int partNumber, byte[] bytes, string attempt, string? md5 = null)
    {
        var answer = await PostAsync(target, upload, "written", Written(partNumber, bytes, attempt, md5));
        return Assert.Single(answer.Expect(200).Json.GetProperty("parts").EnumerateArray()).GetProperty("code").GetString();
    }

    private async Task<string> WriteAsync(string target, string upload, int number, byte[] bytes)
    {
        var grant = await GrantAsync(target, upload, number, bytes);
        Assert.Equal(HttpStatusCode.OK, await s3.PutAsync(grant, DirectServer.ObjectOf(upload, AttemptOf(grant), bytes)));
        return AttemptOf(grant);
    }

    [Fact]
    public async Task Parts_that_nodes_wrote_make_up_an_object_which_the_gateway_serves_although_calls_are_repeated()
    {
        var (target, upload) = await OpenAsync(("x-amz-checksum-algorithm", "SHA256"));
        var (first, last) = (await WriteAsync(target, upload, 2, First), await WriteAsync(target, upload, 7, Last));
        for (var repeated = 0; repeated < 2; repeated++)
        {
            Assert.Null(await ReportAsync(target, upload, 2, First, first));
            Assert.Null(await ReportAsync(target, upload, 7, Last, last));
        }

        var completion = CompletionDocument.Of((2, Md5(First)), (7, Md5(Last)));
        var tag = Text((await s3.SendAsync("POST", $"{target}?uploadId={upload}", completion)).Expect(200), "ETag");
        Assert.Equal("NoSuchUpload", await ReportAsync(target, upload, 2, First, first));
        Assert.Equal(tag, Text((await s3.SendAsync("POST", $"{target}?uploadId={upload}", completion)).Expect(200), "ETag"));

        var read = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal(First.Concat(Last), read.Body);
        Assert.Equal(tag, read.Header("ETag"));
        var end = (await s3.GetAsync(target, ("Range", $"bytes={First.Length - 10}-{First.Length + 9}"))).Expect(206);
        Assert.Equal(First[^10..].Concat(Last[..10]), end.Body);
    }

    [Fact]
    public async Task A_report_of_anything_but_what_was_granted_and_written_is_refused()
    {
        var (target, upload) = await OpenAsync();
        var attempt = await WriteAsync(target, upload, 1, Last);
        Assert.Equal("InvalidArgument", await ReportAsync(target, upload, 2, Last, attempt));
        Assert.Equal("InvalidArgument", await ReportAsync(target, upload, 1, Last[1..], attempt));
        Assert.Equal("InvalidArgument", await ReportAsync(target, upload, 1, First, attempt));
        Assert.Equal("InvalidArgument", await ReportAsync(target, upload, 1, Last, AttemptOf(await GrantAsync(target, upload, 1, Last))));
        Assert.Empty(Texts(await s3.GetAsync($"{target}?uploadId={upload}"), "PartNumber"));
        Assert.Null(await ReportAsync(target, upload, 1, Last, attempt));
    }

    [Fact]
    public async Task The_ETag_is_the_word_of_a_node_which_a_key_for_uploads_cannot_give()
    {
        var (target, upload) = await OpenAsync();
        var attempt = await WriteAsync(target, upload, 1, Last);
        ExpectError(await PostAsync(target, upload, "written", Written(1, Last, attempt), Uploader), 403, "AccessDenied");
        var stated = Md5(First);
        Assert.Null(await ReportAsync(target, upload, 1, Last, attempt, stated));
        (await s3.SendAsync("POST", $"{target}?uploadId={upload}", CompletionDocument.Of((1, stated)))).Expect(200);
        Assert.Equal(Last, (await s3.GetAsync(target)).Expect(200).Body);
    }

    [Fact]
    public async Task Nodes_get_different_parts_and_malformed_calls_are_refused()
    {
        var (target, upload) = await OpenAsync();
        var parts = Enumerable.Range(1, 10).Select(static partNumber => new { partNumber, length = 10 }).ToArray();
        var taken = new List<int>();
        for (var node = 0; node < 3; node++)
        {
            var grants = (await PostAsync(target, upload, "grants", new { parts, atMost = 3 })).Expect(200).Json.GetProperty("grants");
            taken.AddRange(grants.EnumerateArray().Select(static grant => grant.GetProperty("partNumber").GetInt32()));
        }

        Assert.Equal(Enumerable.Range(1, 9), taken);
        foreach (var (query, body, code) in new (string, object, string)[]
        {
            ("grants", new { parts = new[] { new { partNumber = 0, length = 1 } } }, "InvalidArgument"),
            ("grants", new { parts = new[] { new { partNumber = 10_001, length = 1 } } }, "InvalidArgument"),
            ("grants", new { parts = new[] { new { partNumber = 1, length = 0 } } }, "InvalidArgument"),
            ("grants", new { parts = new[] { new { partNumber = 1, length = (5L << 30) + 1 } } }, "EntityTooLarge"),
            ("grants", new { parts = Enumerable.Repeat(parts[0], 101) }, "InvalidRequest"),
            ("grants", new { }, "InvalidRequest"),
            ("grants", "text", "InvalidRequest"),
            ("written", new { }, "InvalidRequest"),
            ("written", new { parts = new object?[] { null } }, "InvalidArgument"),
            ("written", Written(1, Last, "x"), "InvalidArgument"),
            ("written", Written(1, Last, new string('8', 32), md5: "x"), "InvalidArgument"),
        })
        {
            ExpectError(await PostAsync(target, upload, query, body), 400, code);
        }

        ExpectError(await PostAsync(target, "x", "grants", new { parts }), 404, "NoSuchUpload");
    }
}

/// <summary>Grants whose time is over.</summary>
public sealed class ExpiredGrantTests(DirectServer s3) : IClassFixture<DirectServer>
{
    [Fact]
    public async Task A_grant_ends_at_its_deadline()
    {
        var (target, upload) = await s3.OpenUploadAsync();
        var answer = await s3.SendAsync("POST", $"{target}?uploadId={upload}&grants", """{"parts":[{"partNumber":1,"length":5}]}""");
        var grant = answer.Expect(200).Json.GetProperty("grants")[0];
        var content = DirectServer.ObjectOf(upload, grant.GetProperty("attempt").GetString()!, [1, 2, 3, 4, 5]);

        s3.StoreClock.Advance(TimeSpan.FromMinutes(16));

        Assert.Equal(HttpStatusCode.Forbidden, await s3.PutAsync(grant, content));
    }
}
