namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>What <c>deploy/publish.sh</c> refuses before it builds anything. The tests of the README run it.</summary>
public sealed class PublishTests : TestWithFolder
{
    [Theory]
    [InlineData("program linux-x46", "'linux-x46' is not a runtime that this works for. Use linux-x64, linux-arm64, ")]
    [InlineData("program 'linux-x64 linux-arm64'", "'linux-x64 linux-arm64' is not a runtime")]
    [InlineData("--runtime linux-x64", "'--runtime' is not an option.")]
    [InlineData("program linux-x64 Debug", "there are 3 words")]
    public async Task Wrong_words_are_refused_in_one_line(string words, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for a POSIX shell.");
        var script = Path.Combine(CommandDocument.Repository, "deploy/publish.sh");
        await using var shell = CapturedProcess.Start("/bin/bash", ["-c", $"cd '{Folder.Path}'; bash '{script}' {words}"], []);

        Assert.Equal(2, await shell.WaitForExitAsync(TimeSpan.FromMinutes(5)));

        Assert.StartsWith($"publish.sh: {expected}", Assert.Single(shell.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(shell.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder.Path));
    }
}
