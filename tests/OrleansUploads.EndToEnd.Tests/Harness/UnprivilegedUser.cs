using System.Runtime.Versioning;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>Runs commands as a user for whom the permissions of files count: another one if the tests run as root.</summary>
[SupportedOSPlatform("linux")]
internal static class UnprivilegedUser
{
    private static string Prefix => Environment.IsPrivilegedProcess ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "env";

    /// <summary>Runs a command of the program. Skips the test if the user may not read the program.</summary>
    /// <param name="folder">A folder of the test, which the user must be able to enter.</param>
    /// <param name="arguments">The arguments, as a shell takes them.</param>
    /// <param name="environment">Variables to set.</param>
    public static async Task<CommandResult> RunAsync(string folder, string arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var canRun = await CommandLine.RunInShellAsync(
            $"{Prefix} test -r '{CommandLine.Program}' -a -x '{CommandLine.Dotnet}'", CommandLine.WithoutOperatorKey);
        Assert.SkipUnless(canRun.ExitCode == 0, "Another user may not read the program.");
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        return await CommandLine.RunInShellAsync($"{Prefix} '{CommandLine.Dotnet}' '{CommandLine.Program}' {arguments}", environment);
    }
}
