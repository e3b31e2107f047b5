using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansUploads.Cli;
using OrleansUploads.Cli.Serving;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>What installs the program as a service or as a container runs commands that the program has, and gives it time to stop.</summary>
public sealed class InstallTests
{
    private static readonly string Install = Read("docs/install.md");
    private static readonly string Unit = Read("deploy/systemd/orleans-uploads.service");
    private static readonly string SiloUnit = Read("deploy/systemd/orleans-uploads-silo@.service");
    private static readonly string Image = Read("deploy/Dockerfile.single");

    [Fact]
    public void The_unit_runs_a_command_line_of_the_program_that_is_installed_and_so_do_its_documented_options()
    {
        var command = Find(Unit, "^ExecStart=(.+)$").Split(' ');
        var options = Find(Install, "^ORLEANSUPLOADS_OPTIONS=(.+)$").Split(' ');

        Assert.Equal($"{Find(Install, "-o (/opt/.+)$")}/orleans-uploads", command[0]);
        Assert.Equal("$ORLEANSUPLOADS_OPTIONS", command[^1]);
        AssertParsed(command[1..^1]);
        AssertParsed([.. command[1..^1], .. options]);
    }

    [Fact]
    public void The_unit_for_backups_runs_a_command_line_on_the_folder_of_the_service()
    {
        var unit = Read("deploy/systemd/orleans-uploads-backup.service");
        var command = Find(unit, "^ExecStart=(.+)$").Split(' ');
        var options = Find(unit, "^Environment=\"ORLEANSUPLOADS_BACKUP_OPTIONS=(.+)\"$").Split(' ');

        Assert.Equal(Find(Unit, "^ExecStart=(\\S+) "), command[0]);
        Assert.Contains(Find(Unit, "(--data \\S+) "), string.Join(' ', command), StringComparison.Ordinal);
        Assert.Equal("$ORLEANSUPLOADS_BACKUP_OPTIONS", command[^1]);
        AssertParsed([.. command[1..^1], .. options]);
        AssertParsed([.. command[1..^1], .. Find(Read("docs/howto.md"), "`ORLEANSUPLOADS_BACKUP_OPTIONS=([^`]+)`").Split(' ')]);
    }

    [Fact]
    public void The_image_runs_a_command_line_of_the_program_on_the_port_and_the_volume_that_are_published()
    {
        var command = JsonSerializer.Deserialize<string[]>(Find(Image, "^CMD (.+)$"))!;
        var (port, volume) = (Find(Image, @"^EXPOSE (\d+)$"), Find(Image, "^VOLUME (.+)$"));

        AssertParsed(command);
        Assert.Equal(["serve", "--data", volume, "--listen", $"0.0.0.0:{port}"], command);
        Assert.Contains($"--publish 127.0.0.1:{port}:{port} --volume orleans-uploads:{volume} ", Install, StringComparison.Ordinal);
    }

    [Fact]
    public void Service_units_and_containers_wait_until_the_program_has_stopped()
    {
        var seconds = Server.StopTime.TotalSeconds;

        Assert.InRange(Number(Unit, @"^TimeoutStopSec=(\d+)$"), seconds + 1, 10 * seconds);
        Assert.InRange(Number(SiloUnit, @"^TimeoutStopSec=(\d+)$"), Number(SiloUnit, @"DrainDelay=(\d+)s$") + seconds + 1, 10 * seconds);
        Assert.InRange(Number(Install, @"--stop-timeout (\d+)"), seconds + 1, 10 * seconds);
    }

    [Theory]
    [InlineData("orleans-uploads.service")]
    [InlineData("orleans-uploads-silo@.service")]
    [InlineData("orleans-uploads-check.service")]
    [InlineData("orleans-uploads-backup.service")]
    public async Task Systemd_understands_the_unit(string name)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed.");
        using var folder = new TemporaryFolder();

        // The program is not installed, and what the machine has of other units does not matter.
        var unit = Regex.Replace(Read($"deploy/systemd/{name}"), "^ExecStart=\\S+", "ExecStart=/bin/true", RegexOptions.Multiline);
        var path = folder.File(name.Replace("@", "@1", StringComparison.Ordinal));
        await File.WriteAllTextAsync(path, unit);
        await using var analysis = CapturedProcess.Start("/usr/bin/systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", path], []);

        Assert.True(await analysis.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, analysis.ToString());
        Assert.DoesNotContain(folder.Path, analysis.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_unit_of_a_silo_is_restricted_like_that_of_the_single_process() =>
        Assert.Equal(Restrictions(Unit), Restrictions(SiloUnit));

    private static void AssertParsed(string[] words) =>
        Assert.Empty(CommandTree.Create().ParseWords(words).Errors.Select(static error => error.Message));

    /// <summary>The last paragraph of a unit's service.</summary>
    private static string Restrictions(string unit) => unit[unit.IndexOf("CapabilityBoundingSet=", StringComparison.Ordinal)..];

    private static string Read(string path) => File.ReadAllText(Path.Combine(CommandDocument.Repository, path));

    private static double Number(string text, string pattern) => double.Parse(Find(text, pattern), CultureInfo.InvariantCulture);

    private static string Find(string text, string pattern)
    {
        var match = Regex.Match(text, pattern, RegexOptions.Multiline);
        Assert.True(match.Success, $"There is no {pattern}.");
        return match.Groups[1].Value;
    }
}
