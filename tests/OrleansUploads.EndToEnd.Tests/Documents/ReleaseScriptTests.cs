namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>A release is built, checked and installed as docs/install.md says.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class ReleaseScriptTests
{
    private const string ReleaseScript = "deploy/release.sh";

    [Fact, Slice(3)]
    public async Task A_release_is_installed_by_pasting_the_commands()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        using var home = new TemporaryFolder();
        var checkout = Checkout.CopyTo(home.File("source"));
        var install = CommandDocument.Read("docs/install.md").Sections["From a release"];

        var output = await new DocumentShell(home).RunAsync(
            $"""
            export NUGET_PACKAGES='{Checkout.PackageFolder}'
            '{checkout}/{ReleaseScript}' ~/downloads linux-x64
            cd ~/downloads
            {install}
            sha256sum --check --quiet SHA256SUMS && wc -l < SHA256SUMS
            grep -q 'uploads resume' ~/.local/share/man/man1/orleans-uploads.1 && echo "the manual is installed"
            unset DOTNET_ROOT
            PATH=~/.local/bin:/usr/bin:/bin command orleans-uploads --version
            PATH=/usr/bin:/bin ~/.local/bin/orleans-uploads demo --size 16MiB
            tar -xzf orleans-uploads-silo-*.tar.gz
            PATH=/usr/bin:/bin orleans-uploads-silo-*/orleans-uploads-silo --help
            grep -ho '"purl": "pkg:nuget/[A-Za-z.]*' orleans-uploads-*.cdx.json | sort -u
            """,
            NewUser.TimeLimit,
            checkout);

        Assert.Contains("linux-x64.tar.gz: OK", output, StringComparison.Ordinal);
        Assert.Contains("0.1.0 (SQLite 3.", output, StringComparison.Ordinal);
        Assert.Contains("the manual is installed", output, StringComparison.Ordinal);
        Assert.Contains("All checks passed", output, StringComparison.Ordinal);
        Assert.Contains("Runs a silo or a gateway", output, StringComparison.Ordinal);
        Assert.Contains("pkg:nuget/Npgsql", output, StringComparison.Ordinal);
        Assert.Contains("pkg:nuget/System.CommandLine", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--folder", "'--folder' is not an option.")]
    [InlineData("/tmp", "'/tmp' has files.")]
    [InlineData("new win-x64", "'win-x64' is not a system of a release.")]
    public async Task A_wrong_command_line_builds_nothing(string arguments, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for Bash.");
        using var folder = new TemporaryFolder();
        var script = Path.Combine(CommandDocument.Repository, ReleaseScript);

        await using var shell = CapturedProcess.Start("/bin/bash", ["-c", $"cd '{folder.Path}' && '{script}' {arguments}"], []);

        Assert.Equal(2, await shell.WaitForExitAsync(TimeSpan.FromMinutes(5)));
        Assert.StartsWith($"release.sh: {expected}", Assert.Single(shell.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
