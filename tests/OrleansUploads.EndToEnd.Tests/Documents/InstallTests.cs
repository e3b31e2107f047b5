using System.Globalization;
using System.Text.RegularExpressions;
using OrleansUploads.Cli;
using OrleansUploads.Cli.Serving;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>What installs the program as a service or as a container runs commands that the program has, and gives it time to stop.</summary>
public sealed partial class InstallTests
{
    private static readonly string Install = Read("docs/install.md");
    private static readonly string Unit = Read("deploy/systemd/orleans-uploads.service");
    private static readonly string SiloUnit = Read("deploy/systemd/orleans-uploads-silo@.service");
    private static readonly string Image = Read("deploy/Dockerfile.single");

    private static readonly string[] Documents =
        [.. Directory.EnumerateFiles(Path.Combine(CommandDocument.Repository, "docs"), "*.md").Select(File.ReadAllText)];

    /// <summary>The units and the parts of units that people copy, by the names of their files.</summary>
    private static readonly Dictionary<string, string> Units =
        Directory.EnumerateFiles(Path.Combine(CommandDocument.Repository, "deploy/systemd"))
            .Select(static path => (Path.GetFileName(path), File.ReadAllText(path)))
            .Concat(Documents.SelectMany(static document => UnitBlock().Matches(document).Select(ContentOf)))
            .Concat(PrintedUnit().Matches(Install).Select(ContentOf))
            .ToDictionary(static unit => unit.Item1, static unit => unit.Item2);

    public static TheoryData<string> UnitNames => [.. Units.Keys];

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
    [MemberData(nameof(UnitNames))]
    public async Task Systemd_understands_the_unit(string name)
    {
        var (exitCode, messages) = await VerifyAsync(name, Units[name]);

        Assert.True(exitCode == 0 && messages.Length == 0, messages);
        Assert.True(!name.EndsWith(".timer", StringComparison.Ordinal) || Units.ContainsKey(Path.ChangeExtension(name, ".service")));
    }

    [Theory]
    [InlineData("orleans-uploads.service", "ProtectSystem=strict", "ProtectSystem=srict")]
    [InlineData("orleans-uploads.service.d/key.conf", "SupplementaryGroups=", "SupplementaryGroup=")]
    [InlineData("orleans-uploads-silo@.service", "RestartSec=5", "RestartSec=five")]
    [InlineData("orleans-uploads-check.service", "StateDirectory=", "StateDirectory=/")]
    [InlineData("orleans-uploads-check.timer", "OnCalendar=Sun", "OnCalendar=Sunday 25:00")]
    [InlineData("orleans-uploads-backup.service", "ExecStart=/", "ExecStart=")]
    [InlineData("orleans-uploads-backup.timer", "[Timer]", "[Time]")]
    [InlineData("nightly-upload.service", "Type=oneshot", "Type=once")]
    [InlineData("nightly-upload.timer", "Persistent=", "Persistant=")]
    public async Task Systemd_notices_a_mistake_in_a_unit(string name, string right, string wrong)
    {
        Assert.Contains(right, Units[name], StringComparison.Ordinal);

        var (exitCode, messages) = await VerifyAsync(name, Units[name].Replace(right, wrong, StringComparison.Ordinal));

        Assert.True(exitCode != 0, messages);
    }

    [Fact]
    public void Every_unit_in_the_documents_has_the_name_of_its_file() => Assert.Equal(
        Documents.Sum(static document => Regex.Count(document, "^```ini\n\\[", RegexOptions.Multiline)),
        Documents.Sum(static document => UnitBlock().Count(document)));

    [Fact]
    public void The_unit_of_a_silo_is_restricted_like_that_of_the_single_process() =>
        Assert.Equal(Restrictions(Unit), Restrictions(SiloUnit));

    /// <summary>Asks systemd about a unit, beside the others. The programs are not installed.</summary>
    private static async Task<(int ExitCode, string Messages)> VerifyAsync(string name, string content)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed.");
        using var folder = new TemporaryFolder();
        foreach (var unit in Units)
        {
            var path = folder.File(unit.Key.Replace("@.", "@1.", StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(
                path, Regex.Replace(unit.Key == name ? content : unit.Value, "^ExecStart=/\\S+", "ExecStart=/bin/true", RegexOptions.Multiline));
        }

        var file = name.Split(".d/")[0].Replace("@.", "@1.", StringComparison.Ordinal);
        await using var analysis = CapturedProcess.Start(
            "/usr/bin/systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", folder.File(file)], []);
        var exitCode = await analysis.WaitForExitAsync(TimeSpan.FromMinutes(2));

        // What the machine has of other units does not matter.
        return (exitCode, string.Join('\n', analysis.Error.Split('\n').Where(line => line.Contains(folder.Path, StringComparison.Ordinal))));
    }

    private static (string Name, string Content) ContentOf(Match unit) =>
        (unit.Groups["name"].Value, unit.Groups["content"].Value.Replace("\\n", "\n", StringComparison.Ordinal));

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

    [GeneratedRegex("`/etc/systemd/system/(?<name>[^`]+)`[^`]*```ini\n(?<content>.*?)```", RegexOptions.Singleline)]
    private static partial Regex UnitBlock();

    [GeneratedRegex("printf '(?<content>.+)' > /etc/systemd/system/(?<name>\\S+)")]
    private static partial Regex PrintedUnit();
}
