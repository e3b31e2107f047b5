using System.Net;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Parts of archives that nodes write straight into the store.</summary>
public sealed class DirectPartTests(DirectServer gateway) : IClassFixture<DirectServer>
{
    private const string Invalid = "InvalidParameterValueException";
    private const string NotFound = "ResourceNotFoundException";

    private static readonly byte[] Archive = Bytes((3 * MiB) + 5);

    /// <summary>An attempt that no grant has named.</summary>
    private static readonly string Invented = "8" + new string('1', 31);

    private static ApiRequest Post(string vault, string upload, string query, object body) =>
        new ApiRequest("POST", $"/-/vaults/{vault}/multipart-uploads/{upload}?{query}").WithBody(JsonSerializer.SerializeToUtf8Bytes(body));

    private static string RangeOf(int slot) => $"{slot * MiB}-{Math.Min((slot + 1) * MiB, Archive.Length) - 1}";

    private static byte[] PartOf(int slot) => Archive[(slot * MiB)..Math.Min((slot + 1) * MiB, Archive.Length)];

    private async Task<(string Vault, string Upload)> OpenAsync(Func<ApiRequest, ApiRequest>? change = null)
    {
        var vault = $"vault-{Guid.NewGuid():N}";
        (await gateway.SendAsync(CreateVault(vault))).Expect(201);
        var opened = await gateway.SendAsync(change is null ? Initiate(vault) : change(Initiate(vault)));
        return (vault, opened.Expect(201).Header("x-amz-multipart-upload-id")!);
    }

    private async Task<JsonElement[]> GrantAsync(string vault, string upload, IEnumerable<string> ranges, int? atMost = null)
    {
        var answer = await gateway.SendAsync(Post(vault, upload, "grants", new { parts = ranges, atMost }), ScopedKeys.Uploader);
        return [.. answer.Expect(200).Json.GetProperty("grants").EnumerateArray()];
    }

    private async Task<JsonElement> GrantAsync(string vault, string upload, int slot) =>
        Assert.Single(await GrantAsync(vault, upload, [RangeOf(slot)]));

    private static string AttemptOf(JsonElement grant) => grant.GetProperty("attempt").GetString()!;

    private async Task<(string? Code, string? Message)> ReportAsync(string vault, string upload, string range, string treeHash, string attempt)
    {
        var parts = new[] { new { range, treeHash, attempt } };
        var answer = await gateway.SendAsync(Post(vault, upload, "written", new { parts }), ScopedKeys.Uploader);
        var part = Assert.Single(answer.Expect(200).Json.GetProperty("parts").EnumerateArray());
        Assert.Equal(range, part.GetProperty("range").GetString());
        return (part.GetProperty("code").GetString(), part.GetProperty("message").GetString());
    }

    private Task<(string? Code, string? Message)> ReportAsync(string vault, string upload, int slot, string attempt) =>
        ReportAsync(vault, upload, RangeOf(slot), TreeHashOf(PartOf(slot)), attempt);

    /// <summary>Writes a part and reports it.</summary>
    private async Task<JsonElement> WriteAsync(string vault, string upload, int slot)
    {
        var grant = await GrantAsync(vault, upload, slot);
        Assert.Equal(HttpStatusCode.OK, await gateway.PutAsync(grant, DirectServer.ObjectOf(upload, AttemptOf(grant), PartOf(slot))));
        Assert.Equal((null, null), await ReportAsync(vault, upload, slot, AttemptOf(grant)));
        return grant;
    }

    private async Task<string> CompleteAsync(string vault, string upload) =>
        (await gateway.SendAsync(Complete(vault, upload, Archive))).Expect(201).Header("x-amz-archive-id")!;

    private async Task<ApiAnswer> ReadAsync(string vault, string archive)
    {
        var job = (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202).Header("x-amz-job-id")!;
        return await gateway.SendAsync(GetOutput(vault, job));
    }

    [Fact]
    public async Task Parts_that_nodes_wrote_make_up_an_archive_which_the_gateway_serves_although_calls_are_repeated()
    {
        var (vault, upload) = await OpenAsync();
        List<JsonElement> grants = [];
        for (var slot = 0; slot < 3; slot++)
        {
            grants.Add(await WriteAsync(vault, upload, slot));
        }

        // A part that arrives here, and a grant that is never used, change nothing.
        (await gateway.SendAsync(Part(vault, upload, 3 * MiB, PartOf(3)))).Expect(204);
        await GrantAsync(vault, upload, 1);
        await RepeatAsync(expectedCode: null);
        var archive = await CompleteAsync(vault, upload);
        await RepeatAsync(NotFound);
        Assert.Equal(archive, await CompleteAsync(vault, upload));

        var output = (await ReadAsync(vault, archive)).Expect(200);
        Assert.Equal(Archive, output.Body);
        Assert.Equal(TreeHashOf(Archive), output.Header("x-amz-sha256-tree-hash"));

        async Task RepeatAsync(string? expectedCode)
        {
            for (var slot = 0; slot < 3; slot++)
            {
                var (attempt, other) = (AttemptOf(grants[slot]), Bytes(PartOf(slot).Length, seed: 9));
                Assert.Equal(HttpStatusCode.PreconditionFailed, await gateway.PutAsync(grants[slot], DirectServer.ObjectOf(upload, attempt, other)));
                Assert.Equal(expectedCode, (await ReportAsync(vault, upload, slot, attempt)).Code);
            }
        }
    }

    [Fact]
    public async Task A_grant_names_the_part_the_attempt_and_its_deadline_and_the_store_accepts_nothing_else()
    {
        var (vault, upload) = await OpenAsync();
        var grant = await GrantAsync(vault, upload, 0);
        Assert.Equal(RangeOf(0), grant.GetProperty("range").GetString());
        Assert.Equal("*", grant.GetProperty("headers").GetProperty("If-None-Match").GetString());
        Assert.Equal(gateway.Clock.Now.AddMinutes(15).UtcDateTime, grant.GetProperty("deadline").GetDateTime());
        var content = DirectServer.ObjectOf(upload, AttemptOf(grant), PartOf(0));

        Assert.Equal(HttpStatusCode.Forbidden, await gateway.PutAsync(grant, [.. content, 0]));
        Assert.Equal(HttpStatusCode.Forbidden, await gateway.PutAsync(grant, content[1..]));
        Assert.Equal(HttpStatusCode.Forbidden, await gateway.PutAsync(grant, content, withHeaders: false));
        Assert.Equal(HttpStatusCode.Forbidden, await gateway.PutAsync(
            grant, content, key: address => address.Replace(AttemptOf(grant), Invented, StringComparison.Ordinal)));
        Assert.Equal("it is missing", FaultOf(await ReportAsync(vault, upload, 0, AttemptOf(grant))));

        Assert.Equal(HttpStatusCode.OK, await gateway.PutAsync(grant, content));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await gateway.PutAsync(grant, content));
        Assert.Equal(HttpStatusCode.Forbidden, await gateway.PutAsync(grant, content, withHeaders: false));
        Assert.Equal((null, null), await ReportAsync(vault, upload, 0, AttemptOf(grant)));
    }

    [Fact]
    public async Task A_report_of_anything_but_what_was_granted_and_written_is_refused_and_changes_nothing()
    {
        var (vault, upload) = await OpenAsync();
        var other = (await gateway.SendAsync(Initiate(vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
        var written = await GrantAsync(vault, upload, 0);
        await gateway.PutAsync(written, DirectServer.ObjectOf(upload, AttemptOf(written), PartOf(0)));
        var ofOther = await GrantAsync(vault, other, 0);
        await gateway.PutAsync(ofOther, DirectServer.ObjectOf(other, AttemptOf(ofOther), PartOf(0)));
        (await gateway.SendAsync(Part(vault, upload, 2 * MiB, PartOf(2)))).Expect(204);
        var byGateway = await AttemptOfGatewayAsync(upload);
        var hash = TreeHashOf(PartOf(0));
        foreach (var (range, treeHash, attempt, message) in new (string, string, string, string)[]
        {
            (RangeOf(0), hash, AttemptOf(await GrantAsync(vault, upload, 0)), "it is missing"),
            (RangeOf(0), hash, Invented, "it is missing"),
            (RangeOf(0), hash, AttemptOf(ofOther), "it is missing"),
            (RangeOf(2), TreeHashOf(PartOf(2)), byGateway, "no node was granted it"),
            (RangeOf(0), TreeHashOf(PartOf(1)), AttemptOf(written), "its stored hashes differ"),
            ($"0-{MiB - 2}", TreeHashOf(PartOf(0).AsSpan(..^1)), AttemptOf(written), "no attempt of"),
            (RangeOf(1), hash, AttemptOf(written), "It was granted for part number 1"),
            ("1-5", hash, AttemptOf(written), "must be a multiple of the part size"),
            ($"0-{MiB}", hash, AttemptOf(written), "the part size is"),
        })
        {
            var (code, text) = await ReportAsync(vault, upload, range, treeHash, attempt);
            Assert.Equal(Invalid, code);
            Assert.Contains(message, text, StringComparison.Ordinal);
        }

        var listed = (await gateway.SendAsync(ListParts(vault, upload))).Expect(200).Json.GetProperty("Parts");
        Assert.Equal(RangeOf(2), Assert.Single(listed.EnumerateArray()).GetProperty("RangeInBytes").GetString());

        // A refused report deletes nothing.
        Assert.Equal((null, null), await ReportAsync(vault, upload, 0, AttemptOf(written)));
    }

    [Theory]
    [InlineData("of another attempt")]
    [InlineData("of another upload")]
    [InlineData("with other leaves")]
    [InlineData("with a wrong seal")]
    [InlineData("of version 1")]
    [InlineData("none")]
    public async Task A_false_footer_is_refused(string footer)
    {
        var (vault, upload) = await OpenAsync();
        var grant = await GrantAsync(vault, upload, 0);
        var attempt = AttemptOf(grant);
        var content = footer switch
        {
            "of another attempt" => DirectServer.ObjectOf(upload, Invented, PartOf(0)),
            "of another upload" => DirectServer.ObjectOf(new string('a', upload.Length), attempt, PartOf(0)),
            "with other leaves" => DirectServer.ObjectOf(upload, attempt, PartOf(0), hashed: PartOf(1)),
            _ => DirectServer.ObjectOf(upload, attempt, PartOf(0)),
        };
        content = footer switch
        {
            "with a wrong seal" => [.. content[..^1], (byte)~content[^1]],
            "of version 1" => [.. content[..^44], 1, .. content[^43..]],
            "none" => new byte[content.Length],
            _ => content,
        };
        Assert.Equal(HttpStatusCode.OK, await gateway.PutAsync(grant, content));
        Assert.Equal(Invalid, (await ReportAsync(vault, upload, 0, attempt)).Code);
    }

    [Fact]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    public async Task Bytes_that_are_not_those_of_the_report_are_never_returned()
    {
        var (vault, upload) = await OpenAsync();
        var grant = await GrantAsync(vault, upload, 1);
        var lie = PartOf(1);
        lie[MiB / 2] ^= 1;
        await gateway.PutAsync(grant, DirectServer.ObjectOf(upload, AttemptOf(grant), lie, hashed: PartOf(1)));
        Assert.Equal((null, null), await ReportAsync(vault, upload, 1, AttemptOf(grant)));
        foreach (var slot in (int[])[0, 2, 3])
        {
            await WriteAsync(vault, upload, slot);
        }

        var archive = await CompleteAsync(vault, upload);
        var job = (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202).Header("x-amz-job-id")!;
        var first = GetOutput(vault, job).With("Range", $"bytes=0-{MiB - 1}");
        Assert.Equal(PartOf(0), (await gateway.SendAsync(first)).Expect(206).Body);
        (await gateway.SendAsync(GetOutput(vault, job).With("Range", $"bytes={MiB}-{(2 * MiB) - 1}"))).ExpectUnavailable("damaged");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.SendAsync(GetOutput(vault, job)));
    }

    [Fact]
    public async Task A_grant_that_outlives_its_upload_changes_nothing()
    {
        var (vault, upload) = await OpenAsync();
        var grant = await GrantAsync(vault, upload, 0);
        (await gateway.SendAsync(Abort(vault, upload))).Expect(204);
        Assert.Equal(HttpStatusCode.OK, await gateway.PutAsync(grant, DirectServer.ObjectOf(upload, AttemptOf(grant), PartOf(0))));
        Assert.Equal(NotFound, (await ReportAsync(vault, upload, 0, AttemptOf(grant))).Code);
        (await gateway.SendAsync(Post(vault, upload, "grants", new { parts = new[] { RangeOf(0) } }))).ExpectNotFound(upload);
    }

    [Fact]
    public async Task Nodes_that_share_an_upload_get_different_parts_which_it_does_not_have()
    {
        var (vault, upload) = await OpenAsync();
        await WriteAsync(vault, upload, 2);
        string[] ranges = [.. Enumerable.Range(0, 1000).Select(static slot => $"{slot * (long)MiB}-{((slot + 1) * (long)MiB) - 1}")];

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => GrantAsync(vault, upload, ranges, atMost: 3)));

        var all = taken.SelectMany(static grants => grants).Select(static grant => grant.GetProperty("range").GetString()!).ToList();
        Assert.Equal(12, all.Distinct().Count());
        Assert.DoesNotContain(RangeOf(2), all);
        Assert.Empty(await GrantAsync(vault, upload, ranges[..3], atMost: 3));
        Assert.Single(await GrantAsync(vault, upload, ranges[..1]));
    }

    [Fact]
    public async Task A_malformed_call_and_one_with_too_many_parts_are_refused()
    {
        var (vault, upload) = await OpenAsync();
        string[] ranges = [.. Enumerable.Range(0, 1001).Select(static slot => $"{slot * (long)MiB}-{((slot + 1) * (long)MiB) - 1}")];
        foreach (var (query, body, message) in new (string, object, string)[]
        {
            ("grants", new { parts = ranges[..101] }, "at most 100"),
            ("grants", new { parts = ranges, atMost = 1 }, "1000 with atMost"),
            ("grants", new { parts = ranges[..1], atMost = 101 }, "Invalid atMost: 101"),
            ("grants", new { parts = ranges[..1], atMost = 0 }, "Invalid atMost: 0"),
            ("grants", new { }, "name at least one"),
            ("grants", new { parts = (string[]?)null }, "name at least one"),
            ("grants", new { parts = new[] { "x" } }, "Invalid range: x"),
            ("grants", new { parts = new string?[] { null } }, "Invalid range"),
            ("grants", new { parts = new[] { RangeOf(0), "1-5" } }, "must be a multiple of the part size"),
            ("written", new { }, "there are 0"),
            ("written", new { parts = ranges[..101].Select(static range => new { range }) }, "there are 101"),
            ("written", new { parts = new[] { new { range = RangeOf(0) } } }, "Invalid treeHash"),
            ("written", new { parts = new[] { new { range = RangeOf(0), treeHash = TreeHashOf([1]), attempt = "x" } } }, "Invalid attempt: x"),
        })
        {
            (await gateway.SendAsync(Post(vault, upload, query, body))).ExpectInvalid(message);
        }

        (await gateway.SendAsync(Post(vault, upload, "grants", "text"))).ExpectError(400, "SerializationException", "JSON object of grants");
        (await gateway.SendAsync(Post(vault, "x", "grants", new { parts = ranges[..1] }))).ExpectNotFound("x");
    }

    [Fact]
    public async Task Only_who_may_upload_a_part_gets_a_grant()
    {
        var (vault, upload) = await OpenAsync();
        var request = Post(vault, upload, "grants", new { parts = new[] { RangeOf(0) } });
        (await gateway.SendAsync(request, Signer.Stranger)).Expect(404);
        (await gateway.SendAsync(request, ScopedKeys.OtherNode)).Expect(403);
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Deny", "glacier:UploadMultipartPart")))).Expect(204);
        (await gateway.SendAsync(request)).ExpectDenied("UploadMultipartPart");

        (vault, upload) = await OpenAsync(static initiate => initiate.With("x-orleans-uploads-storage", "external"));
        (await gateway.SendAsync(Post(vault, upload, "grants", new { parts = new[] { RangeOf(0) } })))
            .ExpectInvalid("does not accept bytes here");
    }

    private static string? FaultOf((string? Code, string? Message) answer) =>
        answer.Message?.Split("as reported: ") is [_, var fault] ? fault.Split('.')[0] : null;

    private async Task<string> AttemptOfGatewayAsync(string upload)
    {
        Assert.True(UploadId.TryParse(upload, out var id));
        return (await gateway.Server.Setup.Parts.AllAttemptsAsync(id, default)).Single(static attempt => !attempt.IsGranted).ToString();
    }
}

/// <summary>A store that grants no writes.</summary>
public sealed class UngrantedPartTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task A_store_that_cannot_grant_says_so_and_takes_no_report()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var part = new { range = "0-9", treeHash = TreeHashOf([1]), attempt = "8" + new string('1', 31) };
        var granted = await gateway.SendAsync(
            new ApiRequest("POST", $"/-/vaults/{vault}/multipart-uploads/{upload}?grants").WithBody("{\"parts\":[\"0-9\"]}"u8.ToArray()));
        granted.ExpectInvalid("does not grant writes");
        var reported = await gateway.SendAsync(new ApiRequest("POST", $"/-/vaults/{vault}/multipart-uploads/{upload}?written")
            .WithBody(JsonSerializer.SerializeToUtf8Bytes(new { parts = new[] { part } })));
        Assert.Equal(
            "InvalidParameterValueException", reported.Expect(200).Json.GetProperty("parts")[0].GetProperty("code").GetString());
    }
}
