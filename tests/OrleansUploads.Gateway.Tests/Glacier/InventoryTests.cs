using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

public sealed class InventoryTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Csv = "\"CSV\"";

    [Fact]
    public async Task An_inventory_is_a_compact_JSON_document()
    {
        var vault = await gateway.NewVaultAsync();
        var archive = await NewArchiveAsync(vault, "a \"quoted\" \\ <thing>");
        var vaultDocument = (await gateway.SendAsync(DescribeVault(vault))).Json;

        var output = await RetrieveAsync(vault);

        Assert.Equal("application/json", output.Header("Content-Type"));
        Assert.Equal("bytes", output.Header("Accept-Ranges"));
        Assert.Null(output.Header("x-amz-sha256-tree-hash"));
        var created = Seconds(vaultDocument.GetProperty("LastInventoryDate").GetString()!);
        var size = Encoding.UTF8.GetByteCount(archive.Description);
        Assert.Equal(
            $$"""
            {"VaultARN":"arn:aws:glacier:us-east-1:111122223333:vaults/{{vault}}","InventoryDate":"{{created}}",
            "ArchiveList":[{"ArchiveId":"{{archive.Id}}","ArchiveDescription":"a \"quoted\" \\ <thing>",
            "CreationDate":"{{created}}","Size":{{size}},"SHA256TreeHash":"{{archive.TreeHash}}"}]}
            """.ReplaceLineEndings(""),
            output.Text);
    }

    [Fact]
    public async Task A_CSV_inventory_is_quoted_as_in_Amazons_guide()
    {
        const string Head = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n";
        var vault = await gateway.NewVaultAsync();
        Assert.Equal(Head, (await RetrieveAsync(vault, format: Csv)).Text);
        var empty = (await RetrieveAsync(vault)).Json;
        Assert.Equal(0, empty.GetProperty("ArchiveList").GetArrayLength());
        Assert.Equal(Seconds(Date(gateway.Clock.Now)), empty.GetProperty("InventoryDate").GetString());

        var expected = new List<string>();
        foreach (var (description, field) in new[]
        {
            ("plain words", "plain words"),
            ("", ""),
            ("one, two", "\"one, two\""),
            ("my archive description,1\"2", "\"my archive description,1\\\"2\""),
            ("my archive description,1\\\"2", "\"my archive description,1\\\\\"2\""),
            ("back\\slash", "back\\slash"),
        })
        {
            var (id, text, treeHash) = await NewArchiveAsync(vault, description);
            var created = Date(gateway.Clock.Now);
            expected.Add($"{id},{field},{Seconds(created)},{Encoding.UTF8.GetByteCount(text)},{treeHash}\n");
        }

        var output = await RetrieveAsync(vault, format: Csv);
        Assert.Equal("text/csv", output.Header("Content-Type"));
        Assert.StartsWith(Head, output.Text, StringComparison.Ordinal);
        Assert.Equal(Sorted([.. expected]), Sorted([.. output.Text[Head.Length..].Split('\n')[..^1].Select(line => line + "\n")]));
    }

    [Fact]
    public async Task Any_range_of_the_output_can_be_read_and_the_job_shows_its_size()
    {
        var vault = await gateway.NewVaultAsync();
        for (var i = 0; i < 5; i++)
        {
            await NewArchiveAsync(vault, $"number {i}");
        }

        var job = await gateway.NewJobAsync(RetrieveInventory(vault));
        var whole = (await gateway.SendAsync(GetOutput(vault, job))).Expect(200).Body;
        var described = (await gateway.SendAsync(DescribeJob(vault, job))).Json;
        Assert.Equal(whole.Length, described.GetProperty("InventorySizeInBytes").GetInt32());

        (int First, int End)[] ranges =
            [(0, 1), (0, whole.Length), (whole.Length - 1, whole.Length), (100, 101), (700, 1300), (1, whole.Length - 1)];
        foreach (var (first, end) in ranges)
        {
            var part = (await gateway.SendAsync(
                GetOutput(vault, job).With("Range", $"bytes={first}-{end - 1}"))).Expect(206);
            Assert.Equal($"bytes {first}-{end - 1}/{whole.Length}", part.Header("Content-Range"));
            Assert.Equal(whole[first..end], part.Body);
        }

        (await gateway.SendAsync(GetOutput(vault, job).With("Range", $"bytes={whole.Length}-"))).ExpectInvalid(
            $"The job's output has {whole.Length} bytes");
    }

    [Fact]
    public async Task Each_page_of_an_inventory_starts_after_the_previous_one()
    {
        var vault = await gateway.NewVaultAsync();
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add((await NewArchiveAsync(vault, $"number {i}")).Id);
        }

        foreach (var limit in (int[])[1, 4, 6])
        {
            var listed = new List<string>();
            string? marker = "";
            do
            {
                var job = await gateway.NewJobAsync(
                    RetrieveInventory(vault, $$"""{"Limit":"{{limit}}","Marker":"{{marker}}"}"""));
                var page = (await gateway.SendAsync(GetOutput(vault, job))).Expect(200).Json;
                Assert.Equal(Math.Min(limit, 6 - listed.Count), page.GetProperty("ArchiveList").GetArrayLength());
                listed.AddRange(Ids(page));
                var parameters = (await gateway.SendAsync(DescribeJob(vault, job))).Json.GetProperty("InventoryRetrievalParameters");
                marker = parameters.GetProperty("Marker").GetString();
                Assert.Equal(listed.Count < 6, marker is not null);
            }
            while (marker is not null);

            Assert.Equal(Sorted([.. ids]), Sorted([.. listed]));
        }
    }

    [Fact]
    public async Task Only_archives_created_between_the_dates_are_listed()
    {
        var vault = await gateway.NewVaultAsync();
        var clock = gateway.Clock;
        var times = new List<DateTimeOffset>();
        var ids = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            times.Add(clock.Now);
            ids.Add((await NewArchiveAsync(vault, "")).Id);
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        await AssertListedAsync($$"""{"StartDate":"{{Date(times[1])}}"}""", ids[1..]);
        await AssertListedAsync($$"""{"EndDate":"{{Date(times[2])}}"}""", ids[..2]);
        await AssertListedAsync($$"""{"StartDate":"{{Date(times[1])}}","EndDate":"{{Date(times[3])}}"}""", ids[1..3]);
        await AssertListedAsync($$"""{"StartDate":"{{Date(times[1])}}","EndDate":"{{Date(times[1])}}"}""", []);
        foreach (var (hours, form) in new[] { (1, "zzz"), (-8, "zzz"), (14, "zzz"), (0, "'Z'"), (0, "'.1Z'"), (2, "'.000000'zzz") })
        {
            var start = times[1].ToOffset(TimeSpan.FromHours(hours));
            var text = start.ToString("yyyy-MM-dd'T'HH:mm:ss" + form, CultureInfo.InvariantCulture);
            await AssertListedAsync($$"""{"StartDate":"{{text}}"}""", form == "'.1Z'" ? ids[2..] : ids[1..]);
        }

        await AssertListedAsync("""{"StartDate":null,"EndDate":null,"Limit":null,"Marker":null}""", ids);

        async Task AssertListedAsync(string parameters, List<string> expected) =>
            Assert.Equal(Sorted([.. expected]), Ids((await RetrieveAsync(vault, parameters)).Json));
    }

    private async Task<(string Id, string Description, string TreeHash)> NewArchiveAsync(string vault, string description)
    {
        // The bytes are the description, so that each archive has its own size and hash.
        var text = description.Length == 0 ? "nothing" : description;
        var request = UploadArchive(vault, Encoding.UTF8.GetBytes(text)).With("x-amz-archive-description", description);
        var answer = (await gateway.SendAsync(request)).Expect(201);
        return (answer.Header("x-amz-archive-id")!, text, answer.Header("x-amz-sha256-tree-hash")!);
    }

    private async Task<ApiAnswer> RetrieveAsync(string vault, string parameters = "null", string format = "null")
    {
        var job = await gateway.NewJobAsync(RetrieveInventory(vault, parameters, format));
        return (await gateway.SendAsync(GetOutput(vault, job))).Expect(200);
    }

    private static string[] Ids(JsonElement inventory) => Sorted([.. inventory.GetProperty("ArchiveList").EnumerateArray()
        .Select(archive => archive.GetProperty("ArchiveId").GetString()!)]);

    private static string[] Sorted(params string[] ids) => [.. ids.Order(StringComparer.Ordinal)];

    private static string Seconds(string date) => $"{date[..19]}Z";

    private static string Date(DateTimeOffset at) =>
        at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
