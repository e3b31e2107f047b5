using OrleansUploads.EndToEnd.Tests.S3Clients;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>S3 clients against <c>serve</c>, with their default settings.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class S3ClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Boto3_uses_buckets_objects_and_multipart_uploads()
    {
        var python = await InstalledClients.FindPythonWithBoto3Async();
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        await new S3Program(python, server, _folder.Path).RunAsync(
            InstalledClients.PythonScript("s3_objects.py"), server.Address.ToString(), _folder.Path);
        ServedRequest.ExpectDocumented("boto3", server);
    }

    [Fact]
    public async Task The_AWS_CLI_synchronizes_folders_uploads_parts_and_restores_archived_objects()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var aws = new S3Program(await InstalledClients.FindAwsCliAsync(), server, _folder.Path)
        {
            Options = ["--endpoint-url", server.Address.ToString()],
        };
        await CopyFolderAsync(aws);
        await UploadPartsAndManyKeysAsync(aws);
        await RestoreAsync(aws);
        ServedRequest.ExpectDocumented("awscli", server);
    }

    private async Task CopyFolderAsync(S3Program aws)
    {
        var source = Directory.CreateDirectory(_folder.File("source")).FullName;
        var target = _folder.File("target");
        Directory.CreateDirectory(Path.Combine(source, "sub dir"));
        byte[][] contents = [[], Archives.Bytes(1000, seed: 1), Archives.Bytes((9 * Archives.MiB) + 1, seed: 2)];
        string[] names = ["empty", "sub dir/a+b %41", "large"];
        for (var i = 0; i < names.Length; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(source, names[i]), contents[i]);
        }

        await aws.RunAsync("s3", "mb", "s3://cli-bucket");
        await aws.RunAsync("s3", "sync", source, "s3://cli-bucket/dir");
        Assert.DoesNotContain("upload:", await aws.RunAsync("s3", "sync", source, "s3://cli-bucket/dir"), StringComparison.Ordinal);
        var listed = await aws.RunAsync("s3", "ls", "s3://cli-bucket", "--recursive");
        Assert.All(names, name => Assert.Contains("dir/" + name, listed, StringComparison.Ordinal));
        await aws.RunAsync("s3", "cp", "--recursive", "s3://cli-bucket/dir", target);
        for (var i = 0; i < names.Length; i++)
        {
            Assert.Equal(contents[i], await File.ReadAllBytesAsync(Path.Combine(target, names[i])));
        }

        // The CLI copies the large object part by part.
        await aws.RunAsync("s3", "mv", "--recursive", "s3://cli-bucket/dir", "s3://cli-bucket/moved");
        await aws.RunAsync("s3", "cp", "--recursive", "s3://cli-bucket/moved", "s3://cli-bucket/dir");
        await aws.RunAsync("s3", "cp", "s3://cli-bucket/dir/large", _folder.File("copied"));
        Assert.Equal(contents[2], await File.ReadAllBytesAsync(_folder.File("copied")));
        Assert.Contains("X-Amz-Signature=", await aws.RunAsync("s3", "presign", "s3://cli-bucket/dir/large"), StringComparison.Ordinal);
        await aws.RunAsync("s3", "rm", "s3://cli-bucket/dir/empty");
        await aws.RunAsync("s3", "rb", "--force", "s3://cli-bucket");
        Assert.Empty(await aws.RunAsync("s3", "ls"));
    }

    private async Task UploadPartsAndManyKeysAsync(S3Program aws)
    {
        await aws.RunAsync("s3", "mb", "s3://cli-parts");
        var source = _folder.File("many");
        FileTree.CreateMany(source, 1_001);
        await aws.RunAsync("s3", "sync", "--only-show-errors", source, "s3://cli-parts/many");
        var listed = await aws.RunAsync("s3", "ls", "s3://cli-parts", "--recursive", "--summarize");
        Assert.Contains("Total Objects: 1001\n", listed, StringComparison.Ordinal);
        await aws.RunAsync("s3", "rm", "--recursive", "--only-show-errors", "s3://cli-parts");
        Assert.Empty(await aws.RunAsync("s3", "ls", "s3://cli-parts", "--recursive"));

        var part = _folder.File("part");
        await File.WriteAllBytesAsync(part, Archives.Bytes(1000, seed: 1));
        string[] name = ["--bucket", "cli-parts", "--key", "//in parts+%"];
        var created = await ApiAsync(["create-multipart-upload", .. name], "UploadId");
        string[] upload = [.. name, "--upload-id", created];
        var tag = await ApiAsync(["upload-part", .. upload, "--part-number", "7", "--body", part], "ETag");
        Assert.Equal("7", await ApiAsync(["list-parts", .. upload], "Parts[].PartNumber"));
        Assert.Equal(created, await ApiAsync(["list-multipart-uploads", "--bucket", "cli-parts"], "Uploads[].UploadId"));
        string[] complete = ["complete-multipart-upload", .. upload, "--multipart-upload", $"Parts=[{{PartNumber=7,ETag={tag}}}]"];
        Assert.Equal(await ApiAsync(complete, "ETag"), await ApiAsync(complete, "ETag"));
        await ApiAsync(["get-object", .. name, _folder.File("read")], "ETag");
        Assert.Equal(Archives.Bytes(1000, seed: 1), await File.ReadAllBytesAsync(_folder.File("read")));
        var other = await ApiAsync(["create-multipart-upload", .. name], "UploadId");
        await aws.RunAsync(["s3api", "abort-multipart-upload", .. name, "--upload-id", other]);

        async Task<string> ApiAsync(string[] arguments, string query) =>
            (await aws.RunAsync(["s3api", .. arguments, "--output", "text", "--query", query])).Trim();
    }

    private async Task RestoreAsync(S3Program aws)
    {
        var file = _folder.File("archived");
        await File.WriteAllBytesAsync(file, Archives.Bytes((9 * Archives.MiB) + 1, seed: 3));
        await aws.RunAsync("s3", "mb", "s3://cli-restored");
        await aws.RunAsync("s3", "cp", file, "s3://cli-restored/k", "--storage-class", "DEEP_ARCHIVE");
        var refused = await aws.FailAsync("s3api", "get-object", "--bucket", "cli-restored", "--key", "k", _folder.File("restored"));
        Assert.Contains("InvalidObjectState", refused, StringComparison.Ordinal);
        await aws.RunAsync("s3api", "restore-object", "--bucket", "cli-restored", "--key", "k", "--restore-request", "Days=3");
        await aws.RunAsync("s3", "cp", "s3://cli-restored/k", _folder.File("restored"));
        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(_folder.File("restored")));
    }

    [Fact]
    public async Task The_JavaScript_client_and_its_uploader_use_buckets_objects_and_streams()
    {
        var node = await InstalledClients.FindNodeAsync("@aws-sdk/lib-storage");
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        await new S3Program(node, server, _folder.Path).RunAsync(InstalledClients.JavaScript("s3.mjs"), server.Address.ToString());
        ServedRequest.ExpectDocumented("JS", server);
    }
}
