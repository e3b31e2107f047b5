using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>The <c>treehash</c> command, on files and on what only looks like a file.</summary>
public sealed class TreeHashTests : TestWithFolder
{
    [Theory]
    [InlineData(0, Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData(1 << 20, Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData((8 << 20) + 1)]
    public async Task A_file_is_hashed_to_its_end(int lengthBytes)
    {
        var bytes = Archives.Bytes(lengthBytes, seed: 1);
        await File.WriteAllBytesAsync(Folder.File("a"), bytes);

        Assert.Equal(
            TreeHasher.Compute(bytes).ToString(),
            (await CommandLine.RunAsync("treehash", Folder.File("a"))).Expect().Output.Trim());
    }

    [Theory]
    [InlineData("orleans-uploads treehash /proc/version", "/proc/version", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("orleans-uploads treehash <(cat /proc/version)", "/proc/version", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("cat /proc/version | orleans-uploads treehash -", "/proc/version")]
    [InlineData("orleans-uploads treehash - < /proc/version", "/proc/version", Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task A_file_whose_length_the_system_does_not_know_is_hashed_to_its_end(string command, string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");

        Assert.Equal(
            TreeHasher.Compute(await File.ReadAllBytesAsync(file)).ToString(),
            (await CommandLine.RunInShellAsync(command, CommandLine.WithoutOperatorKey)).Expect().Output.Trim());
    }

    [Fact, Campaign]
    public async Task A_file_with_the_name_of_standard_input_is_named_with_its_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a shell.");
        await File.WriteAllBytesAsync(Folder.File("-"), [1]);

        Assert.Equal(
            TreeHasher.Compute([1]).ToString(),
            (await CommandLine.RunInShellAsync(
                $"cd '{Folder.Path}'; orleans-uploads treehash ./-", CommandLine.WithoutOperatorKey)).Expect().Output.Trim());
    }

    [Fact, Campaign]
    public async Task A_folder_is_refused_in_one_line() => (await CommandLine.RunAsync("treehash", Folder.Path)).ExpectOneLine("is a folder");

    [Fact]
    public async Task A_missing_file_is_refused_in_one_line() =>
        (await CommandLine.RunAsync("treehash", Folder.File("missing"))).ExpectOneLine($"The file {Folder.File("missing")} does not exist.");

    [Theory, Campaign]
    [InlineData("treehash \"$PIPE\"")]
    [InlineData("treehash - < \"$PIPE\"")]
    public async Task An_interrupted_command_does_not_wait_for_a_pipe(string arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs named pipes.");
        var pipe = Folder.File("pipe");
        (await CommandLine.RunInShellAsync($"mkfifo '{pipe}'", CommandLine.WithoutOperatorKey)).Expect();
        await using var command = CapturedProcess.Start(
            "/bin/bash",
            ["-c", $"exec '{CommandLine.Dotnet}' '{CommandLine.Program}' {arguments}"],
            new Dictionary<string, string?>(CommandLine.WithoutOperatorKey) { ["PIPE"] = pipe });

        // This is more than the system keeps for the pipe, so the command is reading.
        await using var writer = await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
        await writer.WriteAsync(new byte[1 << 20]);
        command.Terminate();

        var exitCode = await command.WaitForExitAsync(TimeSpan.FromMinutes(2));
        new CommandResult(exitCode, command.Output, command.Error).ExpectOneLine(130, "Interrupted.");
    }
}
