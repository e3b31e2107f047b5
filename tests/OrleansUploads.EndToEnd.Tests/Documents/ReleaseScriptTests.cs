using System.Text.RegularExpressions;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>A release is built, checked and installed as docs/install.md says.</summary>
[Campaign]
public sealed partial class ReleaseScriptTests(BuiltRelease release) : IClassFixture<BuiltRelease>
{
    internal const string ReleaseScript = "deploy/release.sh";

    private const string Debootstrap = "/usr/sbin/debootstrap";

    private static readonly string Install = CommandDocument.Read("docs/install.md").Sections["From a release"];

    [Fact, Slice(3)]
    public async Task A_release_is_installed_by_pasting_the_commands()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");

        var output = await release.RunAsync(
            $"""
            cd ~/downloads
            {Install}
            sha256sum --check --quiet SHA256SUMS && wc -l < SHA256SUMS
            grep -q 'uploads resume' ~/.local/share/man/man1/orleans-uploads.1 && echo "the manual is installed"
            unset DOTNET_ROOT
            PATH=~/.local/bin:/usr/bin:/bin command orleans-uploads --version
            PATH=/usr/bin:/bin ~/.local/bin/orleans-uploads demo --size 16MiB
            tar -xzf orleans-uploads-silo-*.tar.gz
            PATH=/usr/bin:/bin orleans-uploads-silo-*/orleans-uploads-silo --help
            grep -ho '"purl": "pkg:nuget/[A-Za-z.]*' orleans-uploads-*.cdx.json | sort -u
            """);

        Assert.Contains("linux-x64.tar.gz: OK", output, StringComparison.Ordinal);
        Assert.Contains("0.1.0 (SQLite 3.", output, StringComparison.Ordinal);
        Assert.Contains("the manual is installed", output, StringComparison.Ordinal);
        Assert.Contains("All checks passed", output, StringComparison.Ordinal);
        Assert.Contains("Runs a silo or a gateway", output, StringComparison.Ordinal);
        Assert.Contains("pkg:nuget/Npgsql", output, StringComparison.Ordinal);
        Assert.Contains("pkg:nuget/System.CommandLine", output, StringComparison.Ordinal);
    }

    /// <remarks>The smallest Debian, with the packages that the document names. The process has folders of its own, but the network of the
    /// test.</remarks>
    [Fact, Slice(3)]
    public async Task The_README_works_with_a_release_on_an_empty_machine()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root makes a root file system.");
        if (!File.Exists(Debootstrap))
        {
            throw Requirement.IsMissing("debootstrap is not installed");
        }

        var packages = PackageList().Match(await File.ReadAllTextAsync(Path.Combine(CommandDocument.Repository, "docs/install.md"))).Groups[1].Value;
        var output = await release.RunAsync(
            $"""
            {Debootstrap} --variant=minbase --include={packages.Replace(' ', ',')} bookworm ~/root > debootstrap.log
            cp -r ~/downloads ~/root/root/downloads
            cat > ~/root/root/steps <<'STEPS'
            {DocumentShell.Prelude}
            cd ~/downloads
            {Install}
            cd
            {NewUser.Readme.Sections["Keep your files"]}
            orleans-uploads check
            tar -xzf ~/downloads/orleans-uploads-silo-*.tar.gz
            orleans-uploads-silo-*/orleans-uploads-silo --help
            STEPS
            unshare --mount --pid --fork --root ~/root --mount-proc env -i HOME=/root PATH=/usr/bin:/bin SERVER_PORT="$SERVER_PORT" \
                AWS_ENDPOINT_URL="$AWS_ENDPOINT_URL" /bin/bash /root/steps
            """);

        Assert.Contains("\nidentical\n", output, StringComparison.Ordinal);
        Assert.Contains("\nSound: 1 archive,", output, StringComparison.Ordinal);
        Assert.Contains("Runs a silo or a gateway", output, StringComparison.Ordinal);
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

    [GeneratedRegex("^apt-get install --yes (.+)$", RegexOptions.Multiline)]
    private static partial Regex PackageList();
}
