using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.S3Clients;

[Campaign]
public sealed class S3cmdTests : TestWithFolder
{
    private const string Bucket = "s3://s3cmd-bucket";

    [Fact]
    public async Task Files_are_put_synchronized_listed_copied_and_deleted()
    {
        var (source, target) = (Folder.File("source"), Folder.File("target"));
        var tree = FileTree.Create(source, 5 * Archives.MiB);
        Directory.CreateDirectory(target);
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var s3cmd = await ConnectAsync(server);

        await s3cmd.RunAsync("mb", Bucket);
        await s3cmd.RunAsync("put", "--recursive", source + "/", $"{Bucket}/dir/");
        Assert.DoesNotContain("upload:", await s3cmd.RunAsync("sync", source + "/", $"{Bucket}/dir/"), StringComparison.Ordinal);
        var listed = await s3cmd.RunAsync("ls", "--recursive", Bucket);
        Assert.All(tree.Names, name => Assert.Contains($"{Bucket}/dir/{name}\n", listed, StringComparison.Ordinal));
        await s3cmd.RunAsync("get", "--recursive", $"{Bucket}/dir/", target + "/");
        tree.AssertEqual(target);
        Assert.Contains("File size: ", await s3cmd.RunAsync("info", $"{Bucket}/dir/over"), StringComparison.Ordinal);

        // A move is a copy and a deletion.
        await s3cmd.RunAsync("mv", $"{Bucket}/dir/it's", $"{Bucket}/moved");
        await s3cmd.RunAsync("get", $"{Bucket}/moved", Folder.File("single"));
        Assert.Equal(tree.Bytes("it's"), await File.ReadAllBytesAsync(Folder.File("single")));
        await s3cmd.RunAsync("del", "--recursive", "--force", Bucket);
        await s3cmd.RunAsync("rb", Bucket);
    }

    [Fact]
    [Slice(5)]
    public async Task More_keys_than_a_page_has_are_uploaded_listed_and_deleted()
    {
        var source = Folder.File("source");
        var tree = FileTree.CreateMany(source, 1_001);
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var s3cmd = await ConnectAsync(server);

        await s3cmd.RunAsync("mb", Bucket);
        await s3cmd.RunAsync("sync", source + "/", Bucket + "/");
        var listed = (await s3cmd.RunAsync("ls", "--recursive", Bucket)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(tree.Names.Order(StringComparer.Ordinal), listed.Select(line => line[(line.IndexOf(Bucket, StringComparison.Ordinal) + Bucket.Length + 1)..]));
        await s3cmd.RunAsync("del", "--recursive", "--force", Bucket);
        Assert.Empty(await s3cmd.RunAsync("ls", "--recursive", Bucket));
    }

    /// <summary>Amazon refuses Signature Version 2 in new regions, and s3cmd knows the refusal.</summary>
    [Fact]
    public async Task With_settings_for_Signature_Version_2_it_signs_with_Version_4()
    {
        var source = Folder.File("source");
        await File.WriteAllTextAsync(source, "hello");
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var s3cmd = await ConnectAsync(server);

        await s3cmd.RunAsync("--signature-v2", "mb", Bucket);
        await s3cmd.RunAsync("--signature-v2", "put", source, $"{Bucket}/k");
        Assert.Contains($"{Bucket}/k", await s3cmd.RunAsync("--signature-v2", "ls", Bucket), StringComparison.Ordinal);
    }

    private async Task<S3Program> ConnectAsync(ServerProcess server)
    {
        var configuration = Folder.File("s3cmd");
        await File.WriteAllTextAsync(configuration, "[default]\n");
        var host = server.EndPoint.ToString();
        return new S3Program(await InstalledClients.FindS3cmdAsync(), server, Folder.Path)
        {
            Options =
            [
                "--config", configuration, "--host", host, "--host-bucket", host, "--no-ssl", "--no-progress",
                "--access_key", CommandLine.AccessKeyId, "--secret_key", CommandLine.SecretAccessKey, "--multipart-chunk-size-mb", "5",
            ],
        };
    }
}
