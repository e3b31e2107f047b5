using System.Text.RegularExpressions;

namespace OrleansUploads.Gateway.Tests.Glacier;

public partial class ArchiveTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(Requests.MiB - 1)]
    [InlineData(Requests.MiB)]
    [InlineData(Requests.MiB + 1)]
    [InlineData((3 * Requests.MiB) + 7)]
    public async Task An_archive_can_be_uploaded_in_one_request(int count)
    {
        var vault = await gateway.NewVaultAsync();
        var bytes = Requests.Bytes(count);
        var answer = (await gateway.SendAsync(Requests.UploadArchive(vault, bytes))).Expect(201);
        var id = answer.Header("x-amz-archive-id");
        Assert.Matches(ArchiveIdPattern(), id);
        Assert.Equal($"/111122223333/vaults/{vault}/archives/{id}", answer.Header("Location"));
        Assert.Equal(Requests.TreeHashOf(bytes), answer.Header("x-amz-sha256-tree-hash"));
        Assert.Empty(answer.Body);

        var job = await gateway.NewJobAsync(Requests.Retrieve(vault, id!));
        Assert.Equal(bytes, (await gateway.SendAsync(Requests.GetOutput(vault, job))).Expect(200).Body);
    }

    [Fact]
    public async Task Deleting_an_archive_twice_succeeds()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Requests.Bytes(100));
        (await gateway.SendAsync(Requests.DeleteArchive(vault, archive))).Expect(204);
        var described = (await gateway.SendAsync(Requests.DescribeVault(vault))).Json;
        Assert.Equal(0, described.GetProperty("NumberOfArchives").GetInt64());
        Assert.Equal(0, described.GetProperty("SizeInBytes").GetInt64());
        (await gateway.SendAsync(Requests.DeleteArchive(vault, archive))).Expect(204);
    }

    [Fact]
    public async Task A_deletion_tells_a_client_that_asks_which_bytes_are_kept_for_a_job_and_frees_them_on_request()
    {
        const string Asks = "x-orleans-uploads-deleted-bytes";
        var (vault, archive) = await gateway.StoreArchiveAsync(Requests.Bytes(100));
        var job = await gateway.NewJobAsync(Requests.Retrieve(vault, archive));
        var deletion = Requests.DeleteArchive(vault, archive);
        (await gateway.SendAsync(deletion.With(Asks, "maybe"))).ExpectInvalid($"Invalid {Asks}: maybe. It must be report or free.");
        Assert.Null((await gateway.SendAsync(deletion)).Expect(204).Header("x-orleans-uploads-unfreed-bytes"));

        var told = (await gateway.SendAsync(deletion.With(Asks, "report"))).Expect(204);
        Assert.Equal("100", told.Header("x-orleans-uploads-unfreed-bytes"));
        Assert.EndsWith("Z", told.Header("x-orleans-uploads-unfreed-until"), StringComparison.Ordinal);
        (await gateway.SendAsync(Requests.GetOutput(vault, job))).Expect(200);

        var freed = (await gateway.SendAsync(deletion.With(Asks, "free"))).Expect(204);
        Assert.Null(freed.Header("x-orleans-uploads-unfreed-until"));
        await Eventually.BecomesTrueAsync(
            async () => (await gateway.SendAsync(deletion.With(Asks, "report"))).Header("x-orleans-uploads-unfreed-bytes") == "0", "the bytes are freed");
        (await gateway.SendAsync(Requests.GetOutput(vault, job))).ExpectNotFound(
            $"The output of the job {job} is gone: its archive was deleted, and its bytes were freed at once.");
    }

    [Fact]
    public async Task Deleting_an_archive_through_another_vault_is_not_found_and_keeps_it()
    {
        var vault = await gateway.NewVaultAsync();
        var other = await gateway.NewVaultAsync();
        var archive = await gateway.NewArchiveAsync(vault, Requests.Bytes(100));
        (await gateway.SendAsync(Requests.DeleteArchive(other, archive))).ExpectNotFound(
            $"The archive ID was not found: {archive}");
        var described = (await gateway.SendAsync(Requests.DescribeVault(vault))).Json;
        Assert.Equal(1, described.GetProperty("NumberOfArchives").GetInt64());
    }

    [Fact]
    public async Task A_description_of_up_to_1024_characters_is_returned_as_it_was_sent()
    {
        var vault = await gateway.NewVaultAsync();
        foreach (var description in (string[])["", new string('d', 1024), "two  spaces ~ \"quotes\""])
        {
            var request = Requests.UploadArchive(vault, Requests.Bytes(1)).With("x-amz-archive-description", description);
            var archive = (await gateway.SendAsync(request)).Expect(201).Header("x-amz-archive-id");
            var job = await gateway.NewJobAsync(Requests.Retrieve(vault, archive!));
            var output = (await gateway.SendAsync(Requests.GetOutput(vault, job))).Expect(200);
            Assert.Equal(description.Length == 0 ? null : description, output.Header("x-amz-archive-description"));
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{138}$")]
    private static partial Regex ArchiveIdPattern();
}
