using System.Text.RegularExpressions;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

[Trait(TestHosts.Name, TestHosts.Grains)]
public partial class MultipartTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task Parts_in_any_order_become_one_archive()
    {
        var vault = await gateway.NewVaultAsync();
        var bytes = Bytes((2 * MiB) + 5);
        var upload = await gateway.NewUploadAsync(vault);
        foreach (var first in new[] { 2 * MiB, 0, MiB })
        {
            var part = bytes[first..Math.Min(first + MiB, bytes.Length)];
            var stored = (await gateway.SendAsync(Part(vault, upload, first, part))).Expect(204);
            Assert.Equal(TreeHashOf(part), stored.Header("x-amz-sha256-tree-hash"));
            Assert.Null(stored.Header("Content-Length"));
        }

        var completed = (await gateway.SendAsync(Complete(vault, upload, bytes))).Expect(201);
        var archive = completed.Header("x-amz-archive-id");
        Assert.Equal($"/111122223333/vaults/{vault}/archives/{archive}", completed.Header("Location"));
        Assert.Equal(TreeHashOf(bytes), completed.Header("x-amz-sha256-tree-hash"));
        var job = await gateway.NewJobAsync(Retrieve(vault, archive!));
        Assert.Equal(bytes, (await gateway.SendAsync(GetOutput(vault, job))).Body);
    }

    [Fact]
    public async Task An_initiated_upload_returns_its_location_and_is_listed_with_all_fields()
    {
        var vault = await gateway.NewVaultAsync();
        var answer = (await gateway.SendAsync(Initiate(vault).With("x-amz-archive-description", "mine"))).Expect(201);
        var upload = answer.Header("x-amz-multipart-upload-id")!;
        Assert.Matches(UploadIdPattern(), upload);
        Assert.Equal($"/111122223333/vaults/{vault}/multipart-uploads/{upload}", answer.Header("Location"));
        var arn = $"arn:aws:glacier:us-east-1:111122223333:vaults/{vault}";
        Assert.Equal(
            $$"""
            {"Marker":null,"UploadsList":[{"ArchiveDescription":"mine","CreationDate":"2026-03-01T12:00:00.000Z","MultipartUploadId":"{{upload}}","PartSizeInBytes":1048576,"VaultARN":"{{arn}}"}]}
            """,
            (await gateway.SendAsync(ListUploads(vault))).Expect(200).Text);
        Assert.Equal(
            $$"""
            {"MultipartUploadId":"{{upload}}","VaultARN":"{{arn}}","ArchiveDescription":"mine","PartSizeInBytes":1048576,"CreationDate":"2026-03-01T12:00:00.000Z","Parts":[],"Marker":null}
            """,
            (await gateway.SendAsync(ListParts(vault, upload))).Expect(200).Text);
    }

    [Fact]
    public async Task Parts_are_listed_in_numerical_order_of_their_first_byte()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var part = Bytes(1);
        foreach (var slot in new long[] { 10, 2, 9_999, 0 })
        {
            (await gateway.SendAsync(Part(vault, upload, slot * MiB, part))).Expect(204);
        }

        var page = (await gateway.SendAsync(ListParts(vault, upload, "?limit=3"))).Json;
        Assert.Equal(["0-0", "2097152-2097152", "10485760-10485760"], RangesOf(page));
        Assert.Equal(TreeHashOf(part), page.GetProperty("Parts")[0].GetProperty("SHA256TreeHash").GetString());
        var marker = page.GetProperty("Marker").GetString();
        var last = (await gateway.SendAsync(ListParts(vault, upload, $"?limit=3&marker={marker}"))).Json;
        Assert.Equal(["10484711424-10484711424"], RangesOf(last));
        Assert.Null(last.GetProperty("Marker").GetString());
    }

    [Fact]
    public async Task Uploads_are_listed_in_pages_of_50()
    {
        var vault = await gateway.NewVaultAsync();
        var uploads = new HashSet<string>();
        for (var i = 0; i < 51; i++)
        {
            uploads.Add(await gateway.NewUploadAsync(vault));
        }

        var first = (await gateway.SendAsync(ListUploads(vault, "?limit=51"))).Json;
        var second = (await gateway.SendAsync(ListUploads(vault, $"?marker={first.GetProperty("Marker").GetString()}"))).Json;
        Assert.Equal(50, UploadListTests.IdsOf(first).Count);
        Assert.Single(UploadListTests.IdsOf(second));
        Assert.Equal(uploads, [.. UploadListTests.IdsOf(first), .. UploadListTests.IdsOf(second)]);
        Assert.Null(second.GetProperty("Marker").GetString());
    }

    [Fact]
    [Promise("README.md", "Repeating the complete request returns the same archive ID, from any client, for as long as the archive exists and for seven days after its deletion")]
    public async Task Repeating_a_completion_returns_the_same_archive()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var bytes = Bytes(MiB);
        await gateway.UploadPartsAsync(vault, upload, bytes);
        var first = (await gateway.SendAsync(Complete(vault, upload, bytes))).Expect(201);
        var again = (await gateway.SendAsync(Complete(vault, upload, bytes))).Expect(201);
        foreach (var header in new[] { "Location", "x-amz-archive-id", "x-amz-sha256-tree-hash" })
        {
            Assert.Equal(first.Header(header), again.Header(header));
        }

        var described = (await gateway.SendAsync(DescribeVault(vault))).Json;
        Assert.Equal(1, described.GetProperty("NumberOfArchives").GetInt64());
    }

    [Fact]
    public async Task An_upload_that_has_ended_accepts_only_the_request_that_ended_it()
    {
        var vault = await gateway.NewVaultAsync();
        var bytes = Bytes(MiB);
        var completed = await gateway.NewUploadAsync(vault);
        await gateway.UploadPartsAsync(vault, completed, bytes);
        (await gateway.SendAsync(Complete(vault, completed, bytes))).Expect(201);
        var aborted = await gateway.NewUploadAsync(vault);
        (await gateway.SendAsync(Part(vault, aborted, 0, Bytes(9)))).Expect(204);
        (await gateway.SendAsync(Abort(vault, aborted))).Expect(204);
        (await gateway.SendAsync(Abort(vault, aborted))).Expect(204);

        var before = await gateway.ReadStateAsync(vault, completed);
        ApiRequest[] requests =
        [
            ListParts(vault, completed), Part(vault, completed, 0, bytes), Abort(vault, completed),
            ListParts(vault, aborted), Part(vault, aborted, 0, bytes), Complete(vault, aborted, Bytes(9)),
        ];
        foreach (var request in requests)
        {
            (await gateway.SendAsync(request)).ExpectNotFound("The upload ID was not found: ");
        }

        (await gateway.SendAsync(Complete(vault, completed, MiB, TreeHashOf(Bytes(3))))).ExpectInvalid("already complete");
        Assert.Equal(before, await gateway.ReadStateAsync(vault, completed));
    }

    [Theory]
    [InlineData(MiB, 201)]
    [InlineData(2L * MiB, 201)]
    [InlineData(4096L * MiB, 201)]
    [InlineData(MiB - 1, 400)]
    [InlineData(MiB + 1, 400)]
    [InlineData(3L * MiB, 400)]
    [InlineData(512L * 1024, 400)]
    [InlineData(8192L * MiB, 400)]
    [InlineData(0, 400)]
    public async Task A_part_size_is_a_power_of_two_of_1_MiB_to_4_GiB(long bytes, int status)
    {
        var vault = await gateway.NewVaultAsync();
        var answer = (await gateway.SendAsync(Initiate(vault, bytes))).Expect(status);
        Assert.Equal(
            status == 201
                ? ""
                : $"Invalid part size: {bytes}. Part size must not be null, must be a power of two and be between 1048576 and "
                    + "4294967296 bytes.",
            answer.Message);
    }

    private static IEnumerable<string?> RangesOf(System.Text.Json.JsonElement page) =>
        page.GetProperty("Parts").EnumerateArray().Select(part => part.GetProperty("RangeInBytes").GetString());

    [GeneratedRegex("^[A-Za-z0-9_-]{92}$")]
    private static partial Regex UploadIdPattern();
}
