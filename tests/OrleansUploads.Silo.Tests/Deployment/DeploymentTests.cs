using System.Text.RegularExpressions;
using OrleansUploads.Gateway.Settings;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Deployment;

/// <summary>The files for Docker and Kubernetes and the handbooks refer only to existing settings, ports and
/// paths.</summary>
public sealed partial class DeploymentTests
{
    private static readonly string[] Files =
    [
        "docker-compose.yml",
        "docker-compose.override.yml",
        "README.md",
        "docs/operations.md",
        "docs/cluster.md",
        .. Directory.EnumerateFiles(Repository.File("deploy"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(name => !name.Split('/').Any(folder => folder is "bin" or "obj" or "node_modules" or "secrets")),
    ];

    private static readonly string Everything = string.Join('\n', Files.Select(Read));

    [Fact]
    public void Every_variable_is_a_setting()
    {
        var known = Setting.Of<SiloSettings>().SelectMany(setting => setting.Declaration.IsSecret ? [VariableOf(setting.Name), FileVariableOf(setting.Name)] : new[] { VariableOf(setting.Name) });
        var used = Variable().Matches(Everything).Select(match => match.Value).Distinct().ToList();
        Assert.True(used.Count > 8, "The variables were not found.");
        Assert.Empty(used.Except(known));
    }

    [Fact]
    public void Every_setting_is_documented_with_its_default()
    {
        var operations = Read("docs/operations.md");
        Assert.All(Setting.Of<SiloSettings>(), setting => Assert.Contains(
            $"| `{setting.Name}`{(setting.Declaration.IsSecret ? $" or `{setting.Name}{FileSuffix}`" : "")} | "
            + $"{(setting.Default is null ? "" : $"`{setting.Default}`")} | {setting.MeaningInCluster} |",
            operations,
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("deploy/Dockerfile", @"^COPY (?!--from)(?<path>.+) \S+$")]
    [InlineData("deploy/Dockerfile", @"dotnet publish (?<path>\S+)")]
    [InlineData("docker-compose.yml", @"dockerfile: (?<path>\S+)")]
    [InlineData("docker-compose.yml", @"- \./(?<path>[^:]+):")]
    [InlineData("docker-compose.yml", @"--file (?<path>\S+)")]
    [InlineData("docker-compose.override.yml", @"dockerfile: (?<path>\S+)")]
    [InlineData("docker-compose.override.yml", @"- \./(?<path>[^:]+):")]
    [InlineData("docker-compose.override.yml", @" file: \./(?<path>\S+)")]
    [InlineData("deploy/docker-compose.s3.yml", @"(?:--file| file:) (?:\./)?(?<path>\S+)")]
    [InlineData("deploy/docker-compose.folder.yml", @"--file (?<path>\S+)")]
    [InlineData("deploy/docker-compose.azurite.yml", @"-file (?<path>deploy/\S+\w)")]
    [InlineData("deploy/docker-compose.azurite.yml", @"context: (?<path>\S+)")]
    [InlineData("deploy/docker-compose.azurite.yml", @"- \./(?<path>[^:]+):")]
    public void Every_referenced_file_exists(string file, string pattern)
    {
        var named = Regex.Matches(Read(file), pattern, RegexOptions.Multiline)
            .SelectMany(match => match.Groups["path"].Value.Split(' ')).ToList();
        Assert.NotEmpty(named);

        // make-secrets.sh makes the secrets.
        Assert.DoesNotContain(
            named, name => !name.StartsWith("deploy/secrets/", StringComparison.Ordinal) && !Path.Exists(Repository.File(name)));
    }

    [Fact]
    public void The_shutdown_time_fits_in_the_grace_period()
    {
        Assert.True(Seconds("docker-compose.yml", @"stop_grace_period: (\d+)s") > DrainSeconds("docker-compose.yml"));
        Assert.True(
            Seconds("deploy/kubernetes/base/silo.yaml", @"terminationGracePeriodSeconds: (\d+)") > DrainSeconds("deploy/kubernetes/base/silo.yaml"));

        static int DrainSeconds(string file) =>
            Seconds(file, @"__DrainDelay\W+(?:value: )?(\d+)s") + Seconds(file, @"__DrainTime\W+(?:value: )?(\d+)s")
            + (int)SiloProcess.LeaveTime.TotalSeconds;

        static int Seconds(string file, string pattern) => Number(Read(file), pattern);
    }

    [Theory]
    [InlineData("deploy/systemd/orleans-uploads.service", 130)]
    [InlineData("deploy/systemd/orleans-uploads-silo@.service", 143)]
    public void A_service_that_is_stopped_while_it_starts_has_not_failed(string unit, int exitCode) =>
        Assert.Equal(exitCode, Number(Read(unit), @"SuccessExitStatus=(\d+)"));

    [Fact]
    public void Readiness_is_noticed_before_a_stopping_silo_refuses_connections()
    {
        var silo = Read("deploy/kubernetes/base/silo.yaml");
        var probe = silo[silo.IndexOf("readinessProbe:", StringComparison.Ordinal)..];
        Assert.True(Number(probe, @"periodSeconds: (\d+)") * Number(probe, @"failureThreshold: (\d+)")
            < Number(silo, @"__DrainDelay\W+value: (\d+)s"));

        var balancer = Read("deploy/haproxy/haproxy.cfg");
        Assert.True(Number(balancer, @"check inter (\d+)s") * Number(balancer, @"\bfall (\d+)")
            < Number(Read("docker-compose.yml"), @"__DrainDelay\W+(\d+)s"));
    }

    [Theory]
    [InlineData("docker-compose.yml", "docker-compose.override.yml")]
    [InlineData("docker-compose.yml", "deploy/docker-compose.s3.yml")]
    [InlineData("docker-compose.yml", "deploy/docker-compose.folder.yml")]
    [InlineData("deploy/docker-compose.azurite.yml")]
    public async Task Compose_accepts_the_files(params string[] files)
    {
        Assert.SkipUnless(await SucceedsAsync("compose", "version"), "Docker with the compose plugin is not installed.");
        var arguments = files.SelectMany(file => (string[])["--file", Repository.File(file)]);
        Assert.True(await SucceedsAsync(["compose", "--project-directory", Repository.Root, .. arguments, "config", "--quiet"]));
    }

    private static int Number(string text, string pattern) => int.Parse(Regex.Match(text, pattern).Groups[1].Value, null);

    private static async Task<bool> SucceedsAsync(params string[] arguments)
    {
        try
        {
            await using var process = CapturedProcess.Start(
                "docker",
                arguments,
                [new("OrleansUploads__Parts", "s3://bucket/prefix"), new("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")]);
            return await process.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string Read(string name) => File.ReadAllText(Repository.File(name));

    [GeneratedRegex(@"\bOrleansUploads__\w+")]
    private static partial Regex Variable();
}
