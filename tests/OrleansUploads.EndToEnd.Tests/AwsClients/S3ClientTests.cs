using OrleansUploads.EndToEnd.Tests.S3Clients;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>S3 clients against <c>serve</c>, with their default settings.</summary>
[Campaign]
public sealed class S3ClientTests : TestWithFolder
{
    [Fact]
    public async Task Boto3_uses_buckets_objects_and_multipart_uploads()
    {
        var python = await InstalledClients.FindPythonWithBoto3Async();
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        await new S3Program(python, server, Folder.Path).RunAsync(
            InstalledClients.PythonScript("s3_objects.py"), server.Address.ToString(), Folder.Path);
        ServedRequest.ExpectDocumented("boto3", server);
    }

    /// <summary>Covers only what the CLI adds: its requests are those of boto3, and each command takes a second.</summary>
    [Fact]
    public async Task The_AWS_CLI_synchronizes_moves_and_restores_files()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var aws = new S3Program(await InstalledClients.FindAwsCliAsync(), server, Folder.Path)
        {
            Options = ["--endpoint-url", server.Address.ToString()],
        };
        var (source, target) = (Folder.File("source"), Folder.File("target"));
        var tree = FileTree.Create(source, 8 * Archives.MiB);

        await aws.RunAsync("s3", "mb", "s3://cli");
        await aws.RunAsync("s3", "sync", source, "s3://cli/dir");
        Assert.DoesNotContain("upload:", await aws.RunAsync("s3", "sync", source, "s3://cli/dir"), StringComparison.Ordinal);

        // The CLI copies large objects part by part.
        await aws.RunAsync("s3", "mv", "--recursive", "s3://cli/dir", "s3://cli/moved");
        await aws.RunAsync("s3", "sync", "--exact-timestamps", "s3://cli/moved", target);
        Assert.Equal("", await aws.RunAsync("s3", "sync", "--exact-timestamps", "s3://cli/moved", target));
        tree.AssertEqual(target);

        using var http = new HttpClient();
        var url = (await aws.RunAsync("s3", "presign", "s3://cli/moved/over", "--expires-in", "60")).Trim();
        Assert.Equal(tree.Bytes("over"), await http.GetByteArrayAsync(url));

        var restored = Folder.File("restored");
        await aws.RunAsync("s3", "cp", Path.Combine(source, "over"), "s3://cli/k", "--storage-class", "DEEP_ARCHIVE");
        await aws.RunAsync("s3api", "restore-object", "--bucket", "cli", "--key", "k", "--restore-request", "Days=3");
        await aws.RunAsync("s3", "cp", "s3://cli/k", restored);
        Assert.Equal(tree.Bytes("over"), await File.ReadAllBytesAsync(restored));
        await aws.RunAsync("s3", "rb", "--force", "s3://cli");
        ServedRequest.ExpectDocumented("awscli", server);
    }

    [Fact]
    public async Task The_JavaScript_client_and_its_uploader_use_buckets_objects_and_streams()
    {
        var node = await InstalledClients.FindNodeAsync("@aws-sdk/lib-storage");
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        await new S3Program(node, server, Folder.Path).RunAsync(InstalledClients.JavaScript("s3.mjs"), server.Address.ToString());
        ServedRequest.ExpectDocumented("JS", server);
    }
}
