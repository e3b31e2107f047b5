namespace OrleansUploads.EndToEnd.Tests.Checking;

/// <summary>A check whose progress cannot be saved says so before it begins.</summary>
public sealed class ResumeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_file_that_cannot_be_written_is_refused_before_the_check()
    {
        await FolderEngine.Open(_folder.Data, TimeProvider.System).DisposeAsync();

        var missing = await RunAsync(_folder.File("missing/position"));
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains($"The folder of {_folder.File("missing/position")} does not exist.", missing.Error, StringComparison.Ordinal);

        var folder = await RunAsync(_folder.Path);
        Assert.Equal(2, folder.ExitCode);
        Assert.Contains($"{_folder.Path} is a folder.", folder.Error, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync(_folder.File("position"))).ExitCode);
        Assert.False(File.Exists(_folder.File("position")), "The check has finished and left its file.");
    }

    private Task<CommandResult> RunAsync(string file) => CommandLine.RunAsync("check", "--data", _folder.Data, "--resume", file, "--quiet");
}
