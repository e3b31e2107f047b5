using OrleansUploads.EndToEnd.Tests.Damage;

namespace OrleansUploads.EndToEnd.Tests.Checking;

/// <summary><c>check</c> on a folder that cannot be changed, such as a backup on a disk that is mounted read-only.</summary>
public sealed class ReadOnlyFolderTests : TestWithFolder
{
    [Fact]
    public async Task A_folder_that_cannot_be_changed_is_checked_and_a_server_that_uses_it_is_noticed()
    {
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            await Acknowledged.CreateAsync(server);
            var online = await CheckReadOnlyAsync();
            Assert.True(online.ExitCode == 0, online.ToString());
            Assert.Contains("A server is using the folder", online.Error, StringComparison.Ordinal);
            await server.StopAsync();
        }

        var offline = await CheckReadOnlyAsync();
        Assert.True(offline.ExitCode == 0, offline.ToString());
        Assert.Contains("No server is using the folder", offline.Error, StringComparison.Ordinal);
    }

    [Fact, Campaign]
    public async Task The_folder_of_a_killed_server_is_refused_with_advice()
    {
        await using (var server = await ServerProcess.StartAsync(Folder.Data, "--quiet"))
        {
            await Acknowledged.CreateAsync(server);
            await server.KillAsync();
        }

        File.Delete(Path.Combine(Folder.Data, "journal.db-shm"));

        (await CheckReadOnlyAsync("--quiet")).ExpectOneLine(2, "which is read-only", "copy it");
    }

    private async Task<CommandResult> CheckReadOnlyAsync(params string[] options)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounts a folder.");
        await using var shell = CapturedProcess.Start(
            "/usr/bin/unshare",
            [
                "--mount", "/bin/bash", "-c",
                $"mount --bind '{Folder.Data}' '{Folder.Data}' && mount -o remount,ro,bind '{Folder.Data}' || exit 77; "
                + $"{CommandLine.ShellFunction}; orleans-uploads check --deep --data '{Folder.Data}' {string.Join(' ', options)}",
            ],
            CommandLine.WithoutOperatorKey);
        var exitCode = await shell.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.SkipWhen(exitCode == 77, "Folders cannot be mounted here.");
        return new CommandResult(exitCode, shell.Output, shell.Error);
    }
}
