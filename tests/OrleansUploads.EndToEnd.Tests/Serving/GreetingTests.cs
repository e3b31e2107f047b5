using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>What a server prints when it starts, and which folders it takes.</summary>
[Campaign]
public sealed class GreetingTests : TestWithFolder
{
    [Theory]
    [InlineData]
    [InlineData("--anonymous")]
    public async Task The_commands_that_a_server_prints_work_when_they_are_pasted(params string[] options)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var aws = await InstalledClients.FindAwsCliAsync();
        await using var server = await ServerProcess.StartAsync(
            new ServerSetup(Folder.Data) { Options = options, Environment = CommandLine.WithoutOperatorKey });
        Assert.True(options.Length > 0 || server.Output.Contains($"{server.Address}dashboard.", StringComparison.Ordinal), server.Output);
        var commands = server.Output.Split('\n').Where(static line => line.StartsWith("  ", StringComparison.Ordinal)).ToList();
        Assert.Equal(options.Length > 0 ? 6 : 5, commands.Count);

        var environment = new Dictionary<string, string?>(InstalledClients.Environment(Folder.Path))
        {
            ["PATH"] = $"{Path.GetDirectoryName(aws)}:{Environment.GetEnvironmentVariable("PATH")}",
            ["AWS_ACCESS_KEY_ID"] = null,
            ["AWS_SECRET_ACCESS_KEY"] = null,
            ["AWS_DEFAULT_REGION"] = null,
        };
        await using var shell = CapturedProcess.Start("/bin/bash", ["-c", $"set -e\n{string.Join('\n', commands)}"], environment);

        Assert.True(await shell.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, shell.ToString());
        Assert.Contains("\"VaultList\": []", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_a_dashboard_does_not_name_it()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--no-dashboard");
        using var http = new HttpClient { BaseAddress = server.Address };

        using var page = await http.GetAsync("/dashboard/");
        Assert.False(page.IsSuccessStatusCode);
        Assert.DoesNotContain($"{server.Address}dashboard.", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_other_people_use_is_left_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead;
        var home = Directory.CreateDirectory(Folder.File("home"), Shared).FullName;
        await File.WriteAllTextAsync(Path.Combine(home, "diary.txt"), "Dear diary");

        (await ServerProcess.RefuseAsync(new ServerSetup(home)))
            .ExpectOneLine($"{home} is not a data folder, but contains diary.txt.", "--data", "chmod go=");

        Assert.Equal(["diary.txt"], Directory.EnumerateFileSystemEntries(home).Select(Path.GetFileName));
        Assert.Equal(Shared, File.GetUnixFileMode(home));
        File.SetUnixFileMode(home, Shared & ~UnixFileMode.OtherRead);
        await using var server = await ServerProcess.StartAsync(home);
    }
}
