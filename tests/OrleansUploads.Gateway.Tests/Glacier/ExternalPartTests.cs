using OrleansUploads.Client.Models;
using OrleansUploads.Hashing;
using static OrleansUploads.Gateway.Tests.Harness.Requests;
using static OrleansUploads.Gateway.Tests.Harness.ScopedKeys;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Reports of parts whose bytes the client has stored elsewhere.</summary>
public sealed class ExternalPartTests(ExternalPartTests.Keys gateway) : IClassFixture<ExternalPartTests.Keys>
{
    private const string LocationHeader = "x-orleans-uploads-location";
    private const string StorageHeader = "x-orleans-uploads-storage";
    private const string Invalid = "InvalidParameterValueException";
    private const string WrongSignature = "InvalidSignatureException";

    private static readonly byte[] Archive = Bytes((2 * MiB) + 5);

    /// <summary>A server with keys of nodes.</summary>
    public sealed class Keys : GatewayFixture
    {
        protected override GatewaySetup Setup => ScopedKeys.AddTo(new GatewaySetup());
    }

    private static ApiRequest InitiateExternal(string vault) => Initiate(vault).With(StorageHeader, "external");

    private static ApiRequest Report(string vault, string upload, int first, byte[] bytes) =>
        Requests.Report(vault, upload, first, bytes, $"tape://7/{first}");

    private async Task<(string Vault, string Upload)> OpenAsync()
    {
        var vault = await gateway.NewVaultAsync();
        var opened = (await gateway.SendAsync(InitiateExternal(vault), Node)).Expect(201);
        return (vault, opened.Header("x-amz-multipart-upload-id")!);
    }

    private async Task ReportAllAsync(string vault, string upload)
    {
        for (var first = 0; first < Archive.Length; first += MiB)
        {
            (await gateway.SendAsync(Report(vault, upload, first, Archive[first..Math.Min(first + MiB, Archive.Length)]), Node)).Expect(204);
        }
    }

    [Fact]
    public async Task An_archive_whose_parts_were_reported_is_listed_with_their_locations_before_and_after_its_completion()
    {
        var (vault, upload) = await OpenAsync();
        await ReportAllAsync(vault, upload);
        await AssertListedAsync();

        var archive = (await gateway.SendAsync(Complete(vault, upload, Archive), Node)).Expect(201).Header("x-amz-archive-id");
        await AssertListedAsync();
        Assert.Equal(archive, (await gateway.SendAsync(Complete(vault, upload, Archive), Node)).Expect(201).Header("x-amz-archive-id"));
        (await gateway.SendAsync(Complete(vault, upload, Archive.Length, TreeHashOf(Bytes(3))), Node)).ExpectInvalid("already complete");
        Assert.Equal(1, (await gateway.SendAsync(DescribeVault(vault))).Json.GetProperty("NumberOfArchives").GetInt64());

        (await gateway.SendAsync(Report(vault, upload, 0, Archive[..MiB]), Node)).ExpectNotFound(upload);
        (await gateway.SendAsync(Retrieve(vault, archive!))).ExpectInvalid("are stored by the system that uploaded it");
        var inventory = await gateway.NewJobAsync(RetrieveInventory(vault));
        var entry = (await gateway.SendAsync(GetOutput(vault, inventory))).Expect(200).Json.GetProperty("ArchiveList")[0];
        Assert.Equal(
            (archive, Archive.Length, TreeHashOf(Archive)),
            (entry.GetProperty("ArchiveId").GetString(), entry.GetProperty("Size").GetInt32(), entry.GetProperty("SHA256TreeHash").GetString()));
        (await gateway.SendAsync(DeleteArchive(vault, archive!))).Expect(204);
        (await gateway.SendAsync(ListParts(vault, upload), Node)).ExpectNotFound(upload);

        async Task AssertListedAsync()
        {
            var first = (await gateway.SendAsync(ListParts(vault, upload, "?limit=2"), Node)).Expect(200).Json;
            var rest = (await gateway.SendAsync(ListParts(vault, upload, "?marker=" + first.GetProperty("Marker")), Node)).Expect(200).Json;
            Assert.Null(rest.GetProperty("Marker").GetString());
            Assert.Equal(
                [("0-1048575", "tape://7/0"), ("1048576-2097151", "tape://7/1048576"), ("2097152-2097156", "tape://7/2097152")],
                first.GetProperty("Parts").EnumerateArray().Concat(rest.GetProperty("Parts").EnumerateArray()).Select(part =>
                    (part.GetProperty("RangeInBytes").GetString()!, part.GetProperty("Location").GetString()!)));
        }
    }

    [Fact]
    public async Task The_answer_to_a_report_has_the_tree_hash_and_the_location_in_use()
    {
        var (vault, upload) = await OpenAsync();
        var bytes = Bytes(MiB);
        await AssertUsedAsync(bytes, "here", "here");
        await AssertUsedAsync(bytes, "there", "here");
        await AssertUsedAsync(Bytes(MiB, seed: 2), "there", "there");

        async Task AssertUsedAsync(byte[] part, string reported, string used)
        {
            var answer = (await gateway.SendAsync(Requests.Report(vault, upload, 0, part, reported), Node)).Expect(204);
            Assert.Equal((TreeHashOf(part), used), (answer.Header("x-amz-sha256-tree-hash"), answer.Header(LocationHeader)));
        }
    }

    [Fact]
    public async Task A_location_has_1_to_1024_printable_characters()
    {
        var (vault, upload) = await OpenAsync();
        var longest = new string('x', 1024);
        Assert.Equal(longest, (await gateway.SendAsync(Requests.Report(vault, upload, 0, Archive[..MiB], longest), Node)).Expect(204).Header(LocationHeader));
        foreach (var (location, message) in new[]
        {
            ("", "1 to 1,024 characters"),
            (longest + "x", "1 to 1,024 characters"),
            ("a  b", "without two blanks in a row"),
            ("a\tb", "printable ASCII"),
        })
        {
            await AssertRefusedAsync(request => request.With(LocationHeader, location), 400, Invalid, message);
        }
    }

    [Fact]
    public async Task A_report_needs_its_range_its_tree_hash_and_no_body()
    {
        await AssertRefusedAsync(request => request.With("Content-Range", null), 400, "MissingParameterValueException", "Content-Range");
        await AssertRefusedAsync(request => request.With("Content-Range", "bytes 1-5/*"), 400, Invalid, "must be a multiple of the part size");
        await AssertRefusedAsync(request => request.With("Content-Range", "bytes 0-1048576/*"), 400, Invalid, "It has 1048577 bytes");
        await AssertRefusedAsync(request => request.With("x-amz-sha256-tree-hash", null), 400, "MissingParameterValueException", "tree-hash");
        await AssertRefusedAsync(
            request => request.WithBody(Archive[..MiB]).With("x-amz-content-sha256", LinearHashOf(Archive.AsSpan(0, MiB))),
            400, Invalid, "has no body: its bytes are at that location");
        await AssertRefusedAsync(
            request => request.With("x-amz-content-sha256", LinearHashOf(Archive.AsSpan(0, MiB))),
            403, WrongSignature, "does not match the computed payload hash");
    }

    [Fact]
    public async Task Location_range_and_tree_hash_of_a_report_must_be_signed()
    {
        foreach (var header in (string[])[LocationHeader, "content-range", "x-amz-sha256-tree-hash"])
        {
            await AssertRefusedAsync(
                request => request, 403, WrongSignature, $"The header {header} must be among the signed headers.",
                Node with { UnsignedHeader = header });
        }

        await AssertRefusedAsync(request => request, 403, WrongSignature, "does not match the signature", Node with { SecretKey = "other" });
    }

    [Fact]
    public async Task A_location_that_is_added_to_a_part_on_the_way_is_refused()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        (await gateway.SendAsync(Part(vault, upload, 0, Archive[..MiB]).With(LocationHeader, "x"), new Signer { UnsignedHeader = LocationHeader }))
            .ExpectWrongSignature($"The header {LocationHeader} must be among the signed headers.");
        (await gateway.SendAsync(InitiateExternal(vault), new Signer { UnsignedHeader = StorageHeader }))
            .ExpectWrongSignature($"The header {StorageHeader} must be among the signed headers.");
    }

    [Fact]
    public async Task Only_a_key_of_a_node_or_without_a_scope_may_report_or_begin_an_external_upload()
    {
        foreach (var (signer, name) in new[] { (Uploader, "is for upload"), (OtherNode, "is for node of other") })
        {
            await AssertRefusedAsync(request => request, 403, "AccessDeniedException", name, signer);
            (await gateway.SendAsync(InitiateExternal(await gateway.NewVaultAsync()), signer)).ExpectDenied(name);
        }

        var (vault, upload) = await OpenAsync();
        (await gateway.SendAsync(Report(vault, upload, 0, Archive[..MiB]))).Expect(204);
        (await gateway.SendAsync(Abort(vault, upload), Node)).ExpectDenied("is for node");
        (await gateway.SendAsync(Initiate(vault), Uploader)).Expect(201);
    }

    [Fact]
    public async Task A_policy_decides_about_a_report_as_about_a_part_with_bytes()
    {
        var (vault, upload) = await OpenAsync();
        var report = Report(vault, upload, 0, Archive[..MiB]);
        var foreign = report with { Target = report.Target.Replace("/-/", $"/{GatewaySetup.Account}/", StringComparison.Ordinal) };
        (await gateway.SendAsync(foreign, Signer.Stranger)).ExpectDenied("no policy of that account allows");
        Assert.Empty(await PartsAsync());

        var stranger = $$"""{"AWS":"{{GatewaySetup.StrangersAccount}}"}""";
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Allow", "glacier:UploadMultipartPart", principal: stranger)))).Expect(204);
        (await gateway.SendAsync(foreign, Signer.Stranger)).Expect(204);
        Assert.Single(await PartsAsync());

        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Deny", "glacier:UploadMultipartPart")))).Expect(204);
        (await gateway.SendAsync(Report(vault, upload, MiB, Archive[MiB..(2 * MiB)]), Node)).ExpectDenied("policy");
        Assert.Single(await PartsAsync());

        async Task<JsonElement.ArrayEnumerator> PartsAsync() =>
            (await gateway.SendAsync(ListParts(vault, upload))).Expect(200).Json.GetProperty("Parts").EnumerateArray();
    }

    [Fact]
    public async Task Bytes_and_locations_are_not_mixed_in_one_upload()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var before = await gateway.ReadStateAsync(vault, upload);
        (await gateway.SendAsync(Report(vault, upload, 0, Archive[..MiB]), Node)).ExpectInvalid("does not accept locations");
        Assert.Equal(before, await gateway.ReadStateAsync(vault, upload));

        (vault, upload) = await OpenAsync();
        (await gateway.SendAsync(Part(vault, upload, 0, Archive[..MiB]), Node)).ExpectInvalid("does not accept bytes here");
        (await gateway.SendAsync(Initiate(vault).With(StorageHeader, "tape"), Node)).ExpectInvalid("It must be 'external'");
        (await gateway.SendAsync(Abort(vault, upload))).Expect(204);
        (await gateway.SendAsync(Report(vault, upload, 0, Archive[..MiB]), Node)).ExpectNotFound(upload);
    }

    [Theory]
    [InlineData(LocationHeader)]
    [InlineData(StorageHeader)]
    public async Task A_header_about_external_storage_is_refused_where_it_means_nothing(string header)
    {
        var (vault, upload) = await OpenAsync();
        await ReportAllAsync(vault, upload);
        ApiRequest[] others =
        [
            UploadArchive(vault, Bytes(7)), Complete(vault, upload, Archive), Abort(vault, upload), ListParts(vault, upload), DeleteVault(vault),
            header == LocationHeader ? Initiate(vault) : Report(vault, upload, 0, Archive[..MiB]),
        ];
        foreach (var request in others)
        {
            (await gateway.SendAsync(request.With(header, "external"))).ExpectInvalid($"Invalid header {header}: ");
        }

        Assert.Equal(0, (await gateway.SendAsync(DescribeVault(vault))).Json.GetProperty("NumberOfArchives").GetInt64());
    }

    [Fact]
    public async Task The_client_reports_parts_and_learns_their_locations()
    {
        var vault = await gateway.NewVaultAsync();
        using var client = gateway.Server.Connect(Node);
        var upload = await client.InitiateExternalUploadAsync(vault, MiB, "on tape");
        var hash = TreeHasher.Compute(Archive.AsSpan(0, 100));
        Assert.Equal("tape 7", await client.ReportPartAsync(vault, upload, new ByteRange(0, 100), hash, "tape 7"));
        Assert.Equal("tape 7", await client.ReportPartAsync(vault, upload, new ByteRange(0, 100), hash, "tape 8"));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ReportPartAsync(vault, upload, new ByteRange(0, 100), hash, "tape  7"));
        await client.CompleteMultipartUploadAsync(vault, upload, 100, hash);
        var parts = new List<UploadedPart>();
        await foreach (var part in client.ListPartsAsync(vault, upload))
        {
            parts.Add(part);
        }

        Assert.Equal(new UploadedPart(new ByteRange(0, 100), hash, "tape 7"), Assert.Single(parts));
    }

    /// <summary>Sends a changed report, and asserts that it is refused and changes nothing.</summary>
    private async Task AssertRefusedAsync(
        Func<ApiRequest, ApiRequest> change, int status, string code, string message, Signer? signer = null)
    {
        var (vault, upload) = await OpenAsync();
        var before = await gateway.ReadStateAsync(vault, upload);
        (await gateway.SendAsync(change(Report(vault, upload, 0, Archive[..MiB])), signer ?? Node)).ExpectError(status, code, message);
        Assert.Equal(before, await gateway.ReadStateAsync(vault, upload));
    }
}
