using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Entities;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Uploads in external storage. The gateway neither accepts nor serves their bytes; all other operations
/// work.</summary>
public class LocatedTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static readonly byte[] Archive = Bytes((2 * MiB) + 5);

    [Fact]
    public async Task A_part_with_bytes_is_refused_and_changes_nothing()
    {
        var vault = await gateway.NewVaultAsync();
        var upload = await ReportedUploadAsync(vault);
        var before = await gateway.ReadStateAsync(vault, upload);

        (await gateway.SendAsync(Part(vault, upload, 0, Bytes(MiB, 9)))).ExpectInvalid(
            $"The upload {upload} does not accept bytes here: another system stores them. Upload the part to the system that initiated the upload.");

        Assert.Equal(before, await gateway.ReadStateAsync(vault, upload));
    }

    [Fact]
    public async Task The_upload_and_its_parts_are_listed_with_their_locations()
    {
        var vault = await gateway.NewVaultAsync();
        var upload = await ReportedUploadAsync(vault);

        var uploads = (await gateway.SendAsync(ListUploads(vault))).Expect(200).Json.GetProperty("UploadsList");
        Assert.Equal(upload, Assert.Single(uploads.EnumerateArray()).GetProperty("MultipartUploadId").GetString());
        var parts = (await gateway.SendAsync(ListParts(vault, upload))).Expect(200);
        Assert.Equal(
            ["0-1048575", "1048576-2097151", "2097152-2097156"],
            parts.Json.GetProperty("Parts").EnumerateArray().Select(part => part.GetProperty("RangeInBytes").GetString()));
        Assert.Equal(
            ["node-7/0", "node-7/1048576", "node-7/2097152"],
            parts.Json.GetProperty("Parts").EnumerateArray().Select(part => part.GetProperty("Location").GetString()));
    }

    [Fact]
    public async Task An_external_upload_can_be_aborted()
    {
        var vault = await gateway.NewVaultAsync();
        var upload = await ReportedUploadAsync(vault);
        (await gateway.SendAsync(Abort(vault, upload))).Expect(204);
        (await gateway.SendAsync(ListParts(vault, upload))).Expect(404);
        (await gateway.SendAsync(DeleteVault(vault))).Expect(204);
    }

    [Fact]
    public async Task An_external_upload_can_be_completed_repeatedly()
    {
        var vault = await gateway.NewVaultAsync();
        var upload = await ReportedUploadAsync(vault);
        (await gateway.SendAsync(Complete(vault, upload, Archive.Length, TreeHashOf(Bytes(3))))).ExpectInvalid(
            "Checksum mismatch");

        var first = (await gateway.SendAsync(Complete(vault, upload, Archive))).Expect(201);
        var again = (await gateway.SendAsync(Complete(vault, upload, Archive))).Expect(201);

        Assert.Equal(first.Header("x-amz-archive-id"), again.Header("x-amz-archive-id"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"0-1048575\"")]
    [InlineData("\"0-2097151\"")]
    [InlineData("\"1-2\"")]
    public async Task A_retrieval_of_an_external_archive_is_refused_for_any_range(string range)
    {
        var vault = await gateway.NewVaultAsync();
        var archive = await LocatedArchiveAsync(vault);
        var parameters = $$"""{"Type":"archive-retrieval","ArchiveId":"{{archive}}","RetrievalByteRange":{{range}}}""";

        (await gateway.SendAsync(InitiateJob(vault, parameters))).ExpectInvalid(
            $"The bytes of the archive {archive} are stored by the system that uploaded it and cannot be retrieved here. "
            + "Get its manifest from that system; it says where they are.");

        Assert.Empty((await gateway.SendAsync(ListJobs(vault))).Json.GetProperty("JobList").EnumerateArray());
    }

    [Fact]
    public async Task An_external_archive_is_counted_inventoried_and_deleted_like_others()
    {
        var vault = await gateway.NewVaultAsync();
        var kept = await gateway.NewArchiveAsync(vault, Bytes(7));
        var located = await LocatedArchiveAsync(vault);
        Assert.Equal(2, (await gateway.SendAsync(DescribeVault(vault))).Json.GetProperty("NumberOfArchives").GetInt64());

        var inventory = await gateway.NewJobAsync(RetrieveInventory(vault));
        var listed = (await gateway.SendAsync(GetOutput(vault, inventory))).Expect(200).Json.GetProperty("ArchiveList");
        var entry = listed.EnumerateArray().Single(archive => archive.GetProperty("ArchiveId").GetString() == located);
        Assert.Equal(Archive.Length, entry.GetProperty("Size").GetInt64());
        Assert.Equal(TreeHashOf(Archive), entry.GetProperty("SHA256TreeHash").GetString());

        (await gateway.SendAsync(DeleteArchive(vault, located))).Expect(204);
        (await gateway.SendAsync(Retrieve(vault, located))).ExpectNotFound("archive ID was not found");
        var retrieval = await gateway.NewJobAsync(Retrieve(vault, kept));
        Assert.Equal(Bytes(7), (await gateway.SendAsync(GetOutput(vault, retrieval))).Body);
    }

    [Fact]
    public async Task A_location_reported_to_an_upload_that_accepts_bytes_is_refused_and_changes_nothing()
    {
        var vault = await gateway.NewVaultAsync();
        var upload = await gateway.NewUploadAsync(vault);
        var before = await gateway.ReadStateAsync(vault, upload);

        Assert.True(UploadId.TryParse(upload, out var id));
        var outcome = await gateway.Server.Host.AskAsync(
            id.Entity, ExternalUploads.ReportOf(vault, 0, Archive[..MiB]), CancellationToken.None);

        Assert.IsType<Refusal.UploadStoredByGateway>(outcome.Refusal);
        Assert.Equal(before, await gateway.ReadStateAsync(vault, upload));
    }

    /// <summary>Opens an upload and reports stored parts.</summary>
    private async Task<string> ReportedUploadAsync(string vault)
    {
        var upload = await gateway.Server.OpenExternalAsync(vault);
        for (var first = 0; first < Archive.Length; first += MiB)
        {
            var part = Archive[first..Math.Min(first + MiB, Archive.Length)];
            await gateway.Server.ReportExternalAsync(vault, upload, first, part);
        }

        return upload.ToString();
    }

    private async Task<string> LocatedArchiveAsync(string vault)
    {
        var upload = await ReportedUploadAsync(vault);
        return (await gateway.SendAsync(Complete(vault, upload, Archive))).Expect(201).Header("x-amz-archive-id")!;
    }
}
