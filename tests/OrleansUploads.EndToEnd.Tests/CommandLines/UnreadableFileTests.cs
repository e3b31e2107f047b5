using System.Runtime.Versioning;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>Commands whose user may not read a file or folder.</summary>
[SupportedOSPlatform("linux")]
public sealed class UnreadableFileTests
{
    [Theory, Campaign]
    [InlineData("treehash \"$SECRET\"")]
    [InlineData("upload \"$GOOD\" \"$SECRET\" --vault photos")]
    public async Task A_file_that_the_user_may_not_read_is_refused_in_one_line(string arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs setpriv if the tests run as root.");
        await using var place = await Workplace.ShareAsync();
        var (good, secret) = (place.Create("good", 10), place.Create("secret", 10));
        File.SetUnixFileMode(secret, UnixFileMode.None);

        var refused = await UnprivilegedUser.RunAsync(
            Path.GetDirectoryName(secret)!,
            arguments,
            new Dictionary<string, string?>(place.Environment) { ["GOOD"] = good, ["SECRET"] = secret });

        refused.ExpectOneLine($"You may not read the file {secret}.");
        Assert.Empty((await place.RunInVaultAsync("archive", "list", "--quiet")).Expect().Lines);
    }

    [Theory]
    [InlineData("keys list")]
    [InlineData("clock show", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("check", Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task A_data_folder_that_the_user_may_not_read_is_not_called_something_else(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs setpriv if the tests run as root.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Data, UnixFileMode.None);

        var refused = await UnprivilegedUser.RunAsync(
            folder.Path, $"{command} --data '{folder.Data}'", CommandLine.WithoutOperatorKey);

        File.SetUnixFileMode(folder.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        refused.ExpectOneLine(refused.ExitCode, "You may not read", folder.Data);
        Assert.NotEqual(0, refused.ExitCode);
    }
}
