using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>docs/install.md, the systemd units and the image of the single process fit together.</summary>
public sealed class InstallTests
{
    private static readonly string Install = Read("docs/install.md");
    private static readonly string Unit = Read("deploy/systemd/orleans-uploads.service");
    private static readonly string SiloUnit = Read("deploy/systemd/orleans-uploads-silo@.service");
    private static readonly string Handbook = Read("docs/operations.md");
    private static readonly string ClusterHandbook = Read("docs/cluster.md");
    private static readonly string Image = Read("deploy/Dockerfile.single");

    [Fact]
    public void The_unit_runs_what_is_installed_on_the_folder_that_it_owns()
    {
        var command = Find(Unit, "^ExecStart=(.+)$");

        Assert.StartsWith($"{Find(Install, "-o (/opt/.+)$")}/orleans-uploads serve ", command, StringComparison.Ordinal);
        Assert.Contains($" --data %S/{Find(Unit, "^StateDirectory=(.+)$")} ", command, StringComparison.Ordinal);
        Assert.Contains($" --data /var/lib/{Find(Unit, "^StateDirectory=(.+)$")}\n", Install, StringComparison.Ordinal);
        Assert.Contains(Find(Unit, "^EnvironmentFile=-(.+)$"), Install, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orleans-uploads.service")]
    [InlineData("orleans-uploads-silo@.service")]
    public void The_unit_grants_what_the_runtime_needs(string name)
    {
        var unit = Read($"deploy/systemd/{name}");

        // Found by running the unit: without mincore the process is killed, and without a home folder no certificate is opened.
        Assert.Contains("mincore", Find(unit, "^SystemCallFilter=(.+)$").Split(' '));
        Assert.Equal($"%C/{Find(unit, "^CacheDirectory=(.+)$")}", Find(unit, "^Environment=HOME=(.+)$"));
        Assert.DoesNotContain("MemoryDenyWriteExecute", unit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orleans-uploads.service")]
    [InlineData("orleans-uploads-silo@.service")]
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

    [Fact]
    public void The_unit_of_a_silo_runs_what_is_installed_with_the_settings_and_the_user_that_are_documented()
    {
        Assert.Equal($"{Find(ClusterHandbook, "-o (/opt/.+)$")}/orleans-uploads-silo", Find(SiloUnit, "^ExecStart=(.+)$"));
        Assert.Contains($" {Find(SiloUnit, "^User=(.+)$")}\n", ClusterHandbook, StringComparison.Ordinal);
        Assert.Contains($"--owner={Find(SiloUnit, "^User=(.+)$")} ", ClusterHandbook, StringComparison.Ordinal);
        Assert.Contains($"cat > {Find(SiloUnit, "^EnvironmentFile=(/.+)$")})", ClusterHandbook, StringComparison.Ordinal);
        Assert.Contains($"`{Find(SiloUnit, "^EnvironmentFile=-(.+)$").Replace("%i", "1", StringComparison.Ordinal)}`", ClusterHandbook, StringComparison.Ordinal);
        Assert.Contains($"PartsFolder={Find(SiloUnit, "^ReadWritePaths=-(.+)$")}\n", ClusterHandbook, StringComparison.Ordinal);
        Assert.StartsWith(Find(SiloUnit, "^RequiresMountsFor=(.+)$") + "/", Find(SiloUnit, "^ReadWritePaths=-(.+)$"), StringComparison.Ordinal);
        var settings = Read("src/OrleansUploads.Silo/Settings/KnownSettings.cs");
        Assert.All(
            Regex.Matches(SiloUnit, @"^Environment=OrleansUploads__(\w+)=", RegexOptions.Multiline),
            setting => Assert.Contains($" {setting.Groups[1].Value} = ", settings, StringComparison.Ordinal));
    }

    [Fact]
    public void Service_units_and_containers_wait_longer_than_requests_may_take()
    {
        var requests = Number(Handbook, @"requests in progress get (\d+) seconds");

        Assert.True(Number(Unit, @"^TimeoutStopSec=(\d+)$") > requests + 5);
        Assert.True(Number(SiloUnit, @"^TimeoutStopSec=(\d+)$") > Number(SiloUnit, @"DrainDelay=(\d+)s$") + requests + 10);
        Assert.True(Number(Install, @"--stop-timeout (\d+)") > requests + 5);
    }

    [Fact]
    public void The_commands_that_a_container_prints_name_the_container_that_is_started()
    {
        var name = Find(Install, "docker run .*--name ([a-z]+)");

        Assert.EndsWith($" {name} orleans-uploads", Find(Image, "ORLEANSUPLOADS_PROGRAM=\"docker exec (.+)\""), StringComparison.Ordinal);
        Assert.Contains($"docker logs {name}\n", Install, StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_publishes_a_project_that_exists_and_serves_on_the_port_and_the_volume_that_are_documented()
    {
        var copied = Regex.Matches(Image, @"^COPY (?!--from)(.+) \S+$", RegexOptions.Multiline)
            .SelectMany(match => match.Groups[1].Value.Split(' ')).Append(Find(Image, @"dotnet publish (\S+)")).ToList();
        Assert.True(copied.Count > 3, "The copied files were not found.");
        Assert.All(copied, name => Assert.True(Path.Exists(Path.Combine(CommandDocument.Repository, name)), name));

        var port = Find(Image, @"^EXPOSE (\d+)$");
        var volume = Find(Image, "^VOLUME (.+)$");
        Assert.Contains($"\"serve\", \"--data\", \"{volume}\", \"--listen\", \"0.0.0.0:{port}\"", Image, StringComparison.Ordinal);
        Assert.Contains($"http://127.0.0.1:{port}/healthz", Image, StringComparison.Ordinal);
        Assert.Contains($"--publish 127.0.0.1:{port}:{port} --volume orleans-uploads:{volume} ", Install, StringComparison.Ordinal);
    }

    /// <summary>The last paragraph of a unit's service.</summary>
    private static string Restrictions(string unit) => unit[unit.IndexOf("CapabilityBoundingSet=", StringComparison.Ordinal)..];

    private static string Read(string path) => File.ReadAllText(Path.Combine(CommandDocument.Repository, path));

    private static int Number(string text, string pattern) => int.Parse(Find(text, pattern), CultureInfo.InvariantCulture);

    private static string Find(string text, string pattern)
    {
        var match = Regex.Match(text, pattern, RegexOptions.Multiline);
        Assert.True(match.Success, $"There is no {pattern}.");
        return match.Groups[1].Value;
    }
}
