using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>docs/install.md, the systemd unit and the image of the single process fit together.</summary>
public sealed class InstallTests
{
    private static readonly string Install = Read("docs/install.md");
    private static readonly string Unit = Read("deploy/systemd/orleans-uploads.service");
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

    [Fact]
    public void The_unit_grants_what_the_runtime_needs()
    {
        // Found by running the unit: without mincore the process is killed, and without a home folder no certificate is opened.
        Assert.Contains("mincore", Find(Unit, "^SystemCallFilter=(.+)$").Split(' '));
        Assert.Equal($"%C/{Find(Unit, "^CacheDirectory=(.+)$")}", Find(Unit, "^Environment=HOME=(.+)$"));
        Assert.DoesNotContain("MemoryDenyWriteExecute", Unit, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stops_the_server_waits_longer_than_its_requests_may_take()
    {
        var requests = Number(Read("docs/operations.md"), @"requests in progress get (\d+) seconds");

        Assert.True(Number(Unit, @"^TimeoutStopSec=(\d+)$") > requests + 5);
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

    private static string Read(string path) => File.ReadAllText(Path.Combine(CommandDocument.Repository, path));

    private static int Number(string text, string pattern) => int.Parse(Find(text, pattern), CultureInfo.InvariantCulture);

    private static string Find(string text, string pattern)
    {
        var match = Regex.Match(text, pattern, RegexOptions.Multiline);
        Assert.True(match.Success, $"There is no {pattern}.");
        return match.Groups[1].Value;
    }
}
