using System.Globalization;
using System.Text.Json;
using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class AwsCliTests : IDisposable
{
    private const string Vault = "aws-vault";
    private const int SizeBytes = 20 * Archives.MiB;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task The_AWS_CLI_uploads_in_parts_completes_twice_and_retrieves(int partSizeMiB)
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var aws = new AwsCli(await InstalledClients.FindAwsCliAsync(), server, _folder.Path);
        var archive = Archives.Bytes(SizeBytes, seed: partSizeMiB);
        await aws.RunAsync("create-vault", "--vault-name", Vault);
        Assert.Equal(Vault, Text(await aws.RunAsync("describe-vault", "--vault-name", Vault), "VaultName"));

        var upload = await UploadPartsAsync(aws, archive, partSizeMiB * Archives.MiB);
        string[] complete =
        [
            "--vault-name", Vault, "--upload-id", upload, "--archive-size", $"{SizeBytes}",
            "--checksum", TreeHasher.Compute(archive).ToString(),
        ];
        var id = Text(await aws.RunAsync("complete-multipart-upload", complete), "archiveId");
        Assert.Equal(id, Text(await aws.RunAsync("complete-multipart-upload", complete), "archiveId"));
        await aws.ExpectRefusalAsync(
            "ResourceNotFoundException", upload, "list-parts", ["--vault-name", Vault, "--upload-id", upload]);

        Assert.Equal(archive, await RetrieveAsync(aws, id));
    }

    [Fact]
    public async Task The_AWS_CLI_uploads_in_one_request_aborts_and_deletes()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var aws = new AwsCli(await InstalledClients.FindAwsCliAsync(), server, _folder.Path);
        var archive = Archives.Bytes(SizeBytes, seed: 3);
        await File.WriteAllBytesAsync(_folder.File("archive"), archive);
        await aws.RunAsync("create-vault", "--vault-name", Vault);

        var uploaded = await aws.RunAsync("upload-archive", "--vault-name", Vault, "--body", _folder.File("archive"));
        Assert.Equal(TreeHasher.Compute(archive).ToString(), Text(uploaded, "checksum"));
        var id = Text(uploaded, "archiveId");
        Assert.Equal(archive, await RetrieveAsync(aws, id));

        var upload = await UploadPartsAsync(aws, archive[..(2 * Archives.MiB)], Archives.MiB);
        await aws.RunAsync("abort-multipart-upload", "--vault-name", Vault, "--upload-id", upload);
        var uploads = await aws.RunAsync("list-multipart-uploads", "--vault-name", Vault);
        Assert.Empty(uploads.GetProperty("UploadsList").EnumerateArray());

        await aws.ExpectRefusalAsync("InvalidParameterValueException", "It holds 1 archive.", "delete-vault", ["--vault-name", Vault]);
        await aws.RunAsync("delete-archive", "--vault-name", Vault, "--archive-id", id);
        await aws.RunAsync("delete-vault", "--vault-name", Vault);
        Assert.Empty((await aws.RunAsync("list-vaults")).GetProperty("VaultList").EnumerateArray());
    }

    private async Task<string> UploadPartsAsync(AwsCli aws, byte[] archive, int partSizeBytes)
    {
        var initiated = await aws.RunAsync("initiate-multipart-upload", "--vault-name", Vault, "--part-size", $"{partSizeBytes}");
        var upload = Text(initiated, "uploadId");
        var starts = Enumerable.Range(0, archive.Length / partSizeBytes).Select(part => part * partSizeBytes).ToArray();

        // Parts may be sent in any order, so the last one is sent first.
        await Parallel.ForEachAsync(starts.Reverse(), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (start, _) =>
        {
            var part = archive.AsMemory(start, partSizeBytes);
            var path = _folder.File($"part-{start}");
            await File.WriteAllBytesAsync(path, part, CancellationToken.None);
            var sent = await aws.RunAsync(
                "upload-multipart-part", "--vault-name", Vault, "--upload-id", upload,
                "--range", $"bytes {start}-{start + partSizeBytes - 1}/{(start == 0 ? "*" : archive.Length)}", "--body", path);
            Assert.Equal(TreeHasher.Compute(part.Span).ToString(), Text(sent, "checksum"));
        });

        var uploads = await aws.RunAsync("list-multipart-uploads", "--vault-name", Vault);
        Assert.Equal(upload, Text(Assert.Single(uploads.GetProperty("UploadsList").EnumerateArray()), "MultipartUploadId"));
        var parts = await aws.RunAsync("list-parts", "--vault-name", Vault, "--upload-id", upload, "--page-size", "7");
        Assert.Equal(
            starts.Select(start => string.Create(CultureInfo.InvariantCulture, $"{start}-{start + partSizeBytes - 1}")),
            parts.GetProperty("Parts").EnumerateArray().Select(part => Text(part, "RangeInBytes")));
        return upload;
    }

    private async Task<byte[]> RetrieveAsync(AwsCli aws, string archiveId)
    {
        var job = Text(
            await aws.RunAsync(
                "initiate-job", "--vault-name", Vault,
                "--job-parameters", $$"""{"Type":"archive-retrieval","ArchiveId":"{{archiveId}}"}"""),
            "jobId");
        Assert.Equal("Succeeded", Text(await aws.RunAsync("describe-job", "--vault-name", Vault, "--job-id", job), "StatusCode"));
        await aws.RunAsync("get-job-output", "--vault-name", Vault, "--job-id", job, _folder.File("output"));
        return await File.ReadAllBytesAsync(_folder.File("output"));
    }

    private static string Text(JsonElement document, string property) => document.GetProperty(property).GetString()!;
}
