namespace OrleansUploads.EndToEnd.Tests.Checking;

/// <summary>A check whose progress cannot be saved says so before it begins.</summary>
public sealed class ResumeFileTests : TestWithFolder
{
    [Fact, Campaign]
    public async Task A_file_that_cannot_be_written_is_refused_before_the_check()
    {
        await FolderEngine.Open(Folder.Data, TimeProvider.System).DisposeAsync();

        var missing = await RunAsync(Folder.File("missing/position"));
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains($"The folder of {Folder.File("missing/position")} does not exist.", missing.Error, StringComparison.Ordinal);

        var folder = await RunAsync(Folder.Path);
        Assert.Equal(2, folder.ExitCode);
        Assert.Contains($"{Folder.Path} is a folder.", folder.Error, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync(Folder.File("position"))).ExitCode);
        Assert.False(File.Exists(Folder.File("position")), "The check has finished and left its file.");
    }

    private Task<CommandResult> RunAsync(string file) => CommandLine.RunAsync("check", "--data", Folder.Data, "--resume", file, "--quiet");
}
