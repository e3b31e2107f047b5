using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.S3Clients;

[Campaign]
public sealed class ResticTests : TestWithFolder
{
    [Fact]
    public async Task A_folder_is_backed_up_checked_restored_and_pruned()
    {
        var (source, target) = (Folder.File("source"), Folder.File("target"));
        var first = FileTree.Create(source, 5 * Archives.MiB);
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var restic = new S3Program(await InstalledClients.FindResticAsync(), server, Folder.Path)
        {
            Options = ["--no-cache"],
            Variables = new Dictionary<string, string?>
            {
                ["RESTIC_REPOSITORY"] = $"s3:{server.Address}restic-bucket/repository",
                ["RESTIC_PASSWORD"] = "secret",
            },
        };

        await restic.RunAsync("init");
        await restic.RunAsync("backup", source);
        await restic.RunAsync("restore", "latest", "--target", target);
        first.AssertEqual(Path.Join(target, source));

        // Most of the first backup's data becomes unused.
        Directory.Delete(source, recursive: true);
        var second = FileTree.CreateMany(source, 50);
        await restic.RunAsync("backup", source);
        await restic.RunAsync("forget", "--keep-last", "1", "--prune");
        await restic.RunAsync("check", "--read-data");
        await restic.RunAsync("restore", "latest", "--target", target + "2");
        second.AssertEqual(Path.Join(target + "2", source));
    }
}
