using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.S3Clients;

[Campaign]
public sealed class RcloneTests : TestWithFolder
{
    private const string Remote = "remote:rclone-bucket";

    [Fact]
    public async Task Files_are_copied_checked_and_synchronized_in_both_directions()
    {
        var (source, target) = (Folder.File("source"), Folder.File("target"));
        var tree = FileTree.Create(source, 5 * Archives.MiB);
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var rclone = await ConnectAsync(server);

        await rclone.RunAsync("copy", source, $"{Remote}/dir");
        await rclone.RunAsync("check", source, $"{Remote}/dir");
        var again = await rclone.RunAsync("sync", "--checksum", "--verbose", source, $"{Remote}/dir");
        Assert.Contains("There was nothing to transfer", again, StringComparison.Ordinal);
        await rclone.RunAsync("copy", $"{Remote}/dir", target);
        tree.AssertEqual(target);

        File.Delete(Path.Combine(source, "a b"));
        await File.WriteAllBytesAsync(Path.Combine(source, "at"), Archives.Bytes(7, seed: 99));
        await rclone.RunAsync("sync", "--checksum", source, $"{Remote}/dir");
        await rclone.RunAsync("sync", $"{Remote}/dir", target);
        Assert.False(File.Exists(Path.Combine(target, "a b")));
        Assert.Equal(Archives.Bytes(7, seed: 99), await File.ReadAllBytesAsync(Path.Combine(target, "at")));

        // The server copies, also the objects that are larger than one request of rclone may copy.
        await rclone.RunAsync("move", $"{Remote}/dir", $"{Remote}/moved");
        await rclone.RunAsync("check", source, $"{Remote}/moved");
        await rclone.RunAsync("purge", Remote);
    }

    [Fact]
    [Slice(4)]
    public async Task Two_thousand_files_are_checked()
    {
        var source = Folder.File("source");
        var tree = FileTree.CreateMany(source, 2_000);
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var rclone = await ConnectAsync(server);

        await rclone.RunAsync("copy", "--transfers", "16", source, Remote);
        await rclone.RunAsync("check", "--checkers", "16", source, Remote);
        var listed = (await rclone.RunAsync("lsf", "--recursive", "--files-only", Remote)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(tree.Names.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        await rclone.RunAsync("delete", Remote);
        Assert.Empty(await rclone.RunAsync("lsf", "--recursive", "--files-only", Remote));
    }

    private async Task<S3Program> ConnectAsync(ServerProcess server) => new(await InstalledClients.FindRcloneAsync(), server, Folder.Path)
    {
        Options = ["--config", "", "--s3-upload-cutoff", "5Mi", "--s3-chunk-size", "5Mi", "--s3-copy-cutoff", "6Mi", "--retries", "1"],
        Variables = new Dictionary<string, string?>
        {
            ["RCLONE_CONFIG_REMOTE_TYPE"] = "s3",
            ["RCLONE_CONFIG_REMOTE_PROVIDER"] = "Other",
            ["RCLONE_CONFIG_REMOTE_ENV_AUTH"] = "true",
            ["RCLONE_CONFIG_REMOTE_ENDPOINT"] = server.Address.ToString(),
            ["RCLONE_CONFIG_REMOTE_REGION"] = "us-east-1",
        },
    };
}
