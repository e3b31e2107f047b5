using System.Text.RegularExpressions;
using OrleansUploads.Gateway;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Tests.Harness;

namespace OrleansUploads.Silo.Tests.Deployment;

/// <summary>What is written for Docker, Kubernetes and the operator names only what the program has.</summary>
public sealed partial class DeploymentTests
{
    private static readonly string[] Files =
    [
        "docker-compose.yml",
        "README.md",
        "docs/operations.md",
        .. Directory.EnumerateFiles(Repository.File("deploy"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(name => !name.Split('/').Any(folder => folder is "bin" or "obj" or "secrets")),
    ];

    private static readonly string Everything = string.Join('\n', Files.Select(Read));

    [Fact]
    public void Every_variable_is_a_setting()
    {
        var known = KnownSettings.All.SelectMany(setting => setting.IsSecret ? [setting.Variable, setting.FileVariable] : new[] { setting.Variable });
        var used = Variable().Matches(Everything).Select(match => match.Value).Distinct().ToList();
        Assert.True(used.Count > 8, "The variables were not found.");
        Assert.Empty(used.Except(known));
    }

    [Fact]
    public void Every_setting_is_documented_with_its_default()
    {
        var operations = Read("docs/operations.md");
        Assert.All(KnownSettings.All, setting => Assert.Contains(
            $"| `{setting.Name}`{(setting.IsSecret ? $" or `{setting.Name}{Setting.FileSuffix}`" : "")} | "
            + $"{(setting.ByDefault is null ? "" : $"`{setting.ByDefault}`")} | {setting.Meaning} |",
            operations,
            StringComparison.Ordinal));
    }

    [Fact]
    public void Every_probe_asks_a_path_that_there_is()
    {
        var asked = Probe().Matches(Everything).Select(match => match.Groups["path"].Value).ToList();
        Assert.True(asked.Count >= 5, "The probes were not found.");
        Assert.All(asked, path => Assert.Contains(path, (string[])[GatewayEndpoints.HealthPath, GatewayEndpoints.LivePath]));
        Assert.Contains(GatewayEndpoints.HealthPath, asked);
        Assert.Contains(GatewayEndpoints.LivePath, asked);
    }

    [Theory]
    [InlineData("deploy/Dockerfile", @"^EXPOSE (?<port>\d+) (?<port>\d+) (?<port>\d+)$")]
    [InlineData("deploy/kubernetes/silo.yaml", @"containerPort: (?<port>\d+)")]
    [InlineData("deploy/kubernetes/silo.yaml", @"\bport: (?<port>\d+)")]
    public void Every_port_is_one_on_which_the_program_listens_by_default(string file, string pattern)
    {
        var named = Regex.Matches(Read(file), pattern, RegexOptions.Multiline)
            .SelectMany(match => match.Groups["port"].Captures.Select(capture => capture.Value));
        Assert.Equal(
            [
                KnownSettings.SiloPort.ByDefault!,
                KnownSettings.ClientPort.ByDefault!,
                KnownSettings.Listen.ByDefault!.Split(':')[1],
            ],
            named.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_load_balancer_sends_requests_where_the_silos_listen()
    {
        var listens = KnownSettings.Listen.ByDefault!.Split(':')[1];
        Assert.Contains($"server-template silo- 10 silo:{listens}", Read("deploy/haproxy/haproxy.cfg"), StringComparison.Ordinal);
        Assert.Contains($":{listens}\"", Read("docker-compose.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_starts_the_program_that_is_built()
    {
        Assert.Contains($"\"/app/{Path.GetFileName(Repository.SiloProgram)}\"", Read("deploy/Dockerfile"), StringComparison.Ordinal);
        Assert.True(File.Exists(Repository.SiloProgram));
    }

    [Theory]
    [InlineData("deploy/Dockerfile", @"^COPY (?!--from)(?<path>.+) \S+$")]
    [InlineData("deploy/Dockerfile", @"dotnet publish (?<path>\S+)")]
    [InlineData("docker-compose.yml", @"dockerfile: (?<path>\S+)")]
    [InlineData("docker-compose.yml", @"- \./(?<path>[^:]+):")]
    [InlineData("deploy/docker-compose.azurite.yml", @"file: (?<path>\S+)")]
    public void Every_file_that_is_named_is_there(string file, string pattern)
    {
        var named = Regex.Matches(Read(file), pattern, RegexOptions.Multiline)
            .SelectMany(match => match.Groups["path"].Value.Split(' ')).ToList();
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !Path.Exists(Repository.File(name)));
    }

    [Fact]
    public void Every_image_has_a_version_and_none_is_the_latest()
    {
        var images = Image().Matches(Everything).Select(match => match.Groups["image"].Value).ToList();
        Assert.True(images.Count >= 8, "The images were not found.");
        Assert.All(images, image => Assert.Matches(@"^[a-z0-9/-]+:\d+(\.\d+)+$", image));
    }

    [Fact]
    public void A_stop_lasts_no_longer_than_it_is_waited_for()
    {
        Assert.True(Seconds("docker-compose.yml", @"stop_grace_period: (\d+)s") > DrainSeconds("docker-compose.yml"));
        Assert.True(
            Seconds("deploy/kubernetes/silo.yaml", @"terminationGracePeriodSeconds: (\d+)") > DrainSeconds("deploy/kubernetes/silo.yaml"));

        static int DrainSeconds(string file) =>
            Seconds(file, @"__DrainDelay\W+(?:value: )?(\d+)s") + Seconds(file, @"__DrainTime\W+(?:value: )?(\d+)s");

        static int Seconds(string file, string pattern) => int.Parse(Regex.Match(Read(file), pattern).Groups[1].Value, null);
    }

    [Fact]
    public void The_scripts_fetched_are_those_of_the_version_that_is_built_with()
    {
        var packages = Regex.Match(
            Read("Directory.Packages.props"), "Include=\"Microsoft.Orleans.Server\" Version=\"(.*)\"").Groups[1].Value;
        Assert.Contains($"\nversion={packages}\n", Read("deploy/postgres/fetch-orleans-scripts.sh"), StringComparison.Ordinal);
        Assert.Contains($"({packages})", Read("deploy/postgres/README.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker-compose.yml")]
    [InlineData("docker-compose.yml", "deploy/docker-compose.azurite.yml")]
    public async Task Compose_accepts_the_file(params string[] files)
    {
        Assert.SkipUnless(await SucceedsAsync("compose", "version"), "There is no docker with the compose plugin.");
        var arguments = files.SelectMany(file => (string[])["--file", Repository.File(file)]);
        Assert.True(await SucceedsAsync(["compose", .. arguments, "config", "--quiet"]));
    }

    private static async Task<bool> SucceedsAsync(params string[] arguments)
    {
        try
        {
            await using var process = EndToEnd.Tests.Harness.CapturedProcess.Start("docker", arguments, []);
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

    [GeneratedRegex(@"(httpGet: \{path: |httpchk GET |http://127\.0\.0\.1:\d+)(?<path>/[a-z]+z)\b")]
    private static partial Regex Probe();

    [GeneratedRegex(@"^(FROM| *-? ?image:) (?<image>\S+)", RegexOptions.Multiline)]
    private static partial Regex Image();
}
