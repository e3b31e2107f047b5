using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>The <c>treehash</c> command, on files and on what only looks like a file.</summary>
public sealed class TreeHashTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    [InlineData((8 << 20) + 1)]
    public async Task A_file_is_hashed_to_its_end(int lengthBytes)
    {
        var bytes = Archives.Bytes(lengthBytes, seed: 1);
        await File.WriteAllBytesAsync(_folder.File("a"), bytes);

        Assert.Equal(
            TreeHasher.Compute(bytes).ToString(),
            (await CommandLine.RunAsync("treehash", _folder.File("a"))).Expect().Output.Trim());
    }

    [Theory]
    [InlineData("orleans-uploads treehash /proc/version", "/proc/version")]
    [InlineData("orleans-uploads treehash <(cat /proc/version)", "/proc/version")]
    public async Task A_file_whose_length_the_system_does_not_know_is_hashed_to_its_end(string command, string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var shell = CapturedProcess.Start(
            "/bin/bash", ["-c", $"{CommandLine.ShellFunction}; {command}"], CommandLine.WithoutOperatorKey);

        var exitCode = await shell.WaitForExitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(
            TreeHasher.Compute(await File.ReadAllBytesAsync(file)).ToString(),
            new CommandResult(exitCode, shell.Output, shell.Error).Expect().Output.Trim());
    }

    [Fact]
    public async Task A_folder_is_refused_in_one_line() => (await CommandLine.RunAsync("treehash", _folder.Path)).ExpectOneLine("is a folder");
}
