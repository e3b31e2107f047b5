using System.Runtime.Versioning;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>Commands whose user may not read a file.</summary>
public sealed class UnreadableFileTests
{
    private const UnixFileMode ForOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Theory]
    [InlineData("treehash \"$SECRET\"")]
    [InlineData("upload \"$GOOD\" \"$SECRET\" --vault photos")]
    [SupportedOSPlatform("linux")]
    public async Task A_file_that_the_user_may_not_read_is_refused_in_one_line(string arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs setpriv if the tests run as root.");
        var user = Environment.IsPrivilegedProcess ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "env";
        Assert.SkipUnless(await CanRunAsync(user), "Another user may not read the program.");
        await using var place = await Workplace.OpenAsync();
        var (good, secret) = (place.Create("good", 10), place.Create("secret", 10));
        File.SetUnixFileMode(secret, UnixFileMode.None);
        File.SetUnixFileMode(Path.GetDirectoryName(secret)!, ForOwner | UnixFileMode.OtherExecute);

        var refused = await CommandLine.RunInShellAsync(
            $"{user} '{CommandLine.Dotnet}' '{CommandLine.Program}' {arguments}",
            new Dictionary<string, string?>(place.Environment) { ["GOOD"] = good, ["SECRET"] = secret });

        refused.ExpectOneLine($"You may not read the file {secret}.");
        Assert.Empty((await place.RunInVaultAsync("archive", "list", "--quiet")).Expect().Lines);
    }

    private static async Task<bool> CanRunAsync(string user) => (await CommandLine.RunInShellAsync(
        $"{user} test -r '{CommandLine.Program}' -a -x '{CommandLine.Dotnet}'", CommandLine.WithoutOperatorKey)).ExitCode == 0;
}
