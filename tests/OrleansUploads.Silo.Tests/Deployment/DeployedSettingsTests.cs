using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Tests.Deployment;

/// <summary>Every deployment gives its silos settings that the program accepts.</summary>
public sealed partial class DeployedSettingsTests : TestWithFolder
{
    private const string ComposeSilos = "docker-compose.yml";
    private const string KubernetesFolder = "deploy/kubernetes";

    private static readonly string[] ReadBySdks =
        ["AWS_SHARED_CREDENTIALS_FILE", "AZURE_STORAGE_CONNECTION_STRING", "DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"];

    /// <summary>What an operator sets for the compose files.</summary>
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["OrleansUploads__Parts"] = "s3://bucket/prefix",
        ["AZURE_STORAGE_CONNECTION_STRING"] = "UseDevelopmentStorage=true",
    };

    [Theory]
    [InlineData("docker-compose.override.yml", "postgres", "s3://orleans-uploads/parts")]
    [InlineData("deploy/docker-compose.s3.yml", "postgres", "s3://bucket/prefix")]
    [InlineData("deploy/docker-compose.folder.yml", "postgres", "/parts")]
    [InlineData("deploy/docker-compose.azurite.yml", "azure", "az://orleans-uploads/parts")]
    [InlineData("deploy/kubernetes/s3", "postgres", "s3://BUCKET/orleans-uploads")]
    [InlineData("deploy/kubernetes/azure", "azure", "az://CONTAINER/orleans-uploads")]
    [InlineData("deploy/kubernetes/folder", "postgres", "/parts")]
    public void A_silo_accepts_the_settings_of_a_deployment(string deployment, string decisions, string bytes)
    {
        var environment = EnvironmentOf(deployment);
        Assert.DoesNotContain(
            environment.Keys.Except(ReadBySdks), name => !name.StartsWith("OrleansUploads__", StringComparison.Ordinal));

        var settings = SettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(
            environment.Select(entry => KeyValuePair.Create(entry.Key.Replace("__", ":", StringComparison.Ordinal), entry.Value))).Build());

        Assert.Equal(decisions, SettingForms.WordOf(settings.Clustering));
        Assert.Equal(bytes, settings.Parts?.ToString().TrimEnd('/') ?? settings.PartsFolder);
    }

    [Theory]
    [InlineData("s3", false)]
    [InlineData("azure", false)]
    [InlineData("folder", true)]
    public async Task Kubectl_renders_the_overlay(string overlay, bool hasClaim)
    {
        var rendered = await RenderAsync(overlay);

        Assert.Single(Regex.Matches(rendered, "^kind: Deployment$", RegexOptions.Multiline));
        Assert.Equal(hasClaim, rendered.Contains("ReadWriteMany", StringComparison.Ordinal));
        Assert.Equal(hasClaim, rendered.Contains("mountPath: /parts", StringComparison.Ordinal));

        // The name of the settings has their hash, in the map and in the silos.
        var names = Regex.Matches(rendered, @"name: (orleans-uploads-settings-\w+)$", RegexOptions.Multiline).Select(match => match.Value);
        Assert.Equal(2, names.Count());
        Assert.Single(names.Distinct());
    }

    private static async Task<string> RenderAsync(string overlay)
    {
        try
        {
            await using var kubectl = CapturedProcess.Start(
                "kubectl", ["kustomize", Repository.File($"{KubernetesFolder}/{overlay}")], []);
            Assert.True(await kubectl.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 0, $"kubectl refuses the overlay. {kubectl}");
            return kubectl.Output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw Xunit.Sdk.SkipException.ForSkip("kubectl is not installed.");
        }
    }

    /// <summary>The environment of a silo, with files in the test's folder. A pod has its address from Kubernetes, and a container that of
    /// its host name.</summary>
    private Dictionary<string, string?> EnvironmentOf(string deployment)
    {
        var written = deployment.StartsWith(KubernetesFolder, StringComparison.Ordinal)
            ? PodVariable().Matches(Read($"{KubernetesFolder}/base/silo.yaml"))
                .Concat(FileVariable().Matches(Read($"{deployment}/settings.env")))
            : ComposeFiles(deployment).SelectMany(file => ComposeVariable().Matches(SiloOf(file)));
        var environment = new Dictionary<string, string?> { [VariableOf(nameof(SiloSettings.AdvertisedAddress))] = "10.0.0.1" };
        foreach (var variable in written)
        {
            environment[Name(variable)] = Interpolate(variable.Groups["value"].Value);
        }

        foreach (var file in (string[])[FileVariableOf(nameof(SiloSettings.ConnectionString)), VariableOf(nameof(SiloSettings.KeysFile))])
        {
            if (environment.ContainsKey(file))
            {
                environment[file] = Folder.File(file);
                File.WriteAllText(Folder.File(file), "Host=postgres");
            }
        }

        return environment;
    }

    private static string Interpolate(string value) => Interpolated().Replace(
        Anchor().Replace(value, "").Trim('"'),
        match => Variables.GetValueOrDefault(Name(match)) ?? "");

    private static string[] ComposeFiles(string overlay) =>
        Read(overlay).StartsWith("name: ", StringComparison.Ordinal) || Read(overlay).Contains("\nname: ", StringComparison.Ordinal)
            ? [overlay]
            : [ComposeSilos, overlay];

    private static string SiloOf(string composeFile) => SiloService().Match(Read(composeFile)).Value;

    private static string Name(Match match) => match.Groups["name"].Value;

    private static string Read(string name) => File.ReadAllText(Repository.File(name));

    [GeneratedRegex(@"^  silo:\n(?:(?:    .*)?\n)+", RegexOptions.Multiline)]
    private static partial Regex SiloService();

    [GeneratedRegex(@"^      (?<name>[A-Z]\w+): (?<value>(?!\s).+)$", RegexOptions.Multiline)]
    private static partial Regex ComposeVariable();

    [GeneratedRegex(@"- name: (?<name>OrleansUploads__\w+)\s+value: (?<value>\S+)")]
    private static partial Regex PodVariable();

    [GeneratedRegex(@"^(?<name>\w+)=(?<value>.+)$", RegexOptions.Multiline)]
    private static partial Regex FileVariable();

    [GeneratedRegex("^&[a-z]+ ")]
    private static partial Regex Anchor();

    [GeneratedRegex(@"\$\{(?<name>\w+)(:[^}]*)?\}")]
    private static partial Regex Interpolated();
}
