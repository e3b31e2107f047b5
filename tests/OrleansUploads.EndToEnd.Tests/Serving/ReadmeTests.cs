using System.Reflection;
using OrleansUploads.EndToEnd.Tests.AwsClients;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>The commands under "Your first archive" in the README work as printed.</summary>
public sealed class ReadmeTests : IDisposable
{
    private const string Heading = "## Your first archive";
    private const string PrintedAddress = "http://127.0.0.1:9400";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder = new();

    private static string Readme { get; } = typeof(ReadmeTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Readme").Value!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_commands_of_the_first_archive_work_as_printed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The README's commands are for a POSIX shell.");
        var aws = await InstalledClients.FindAwsCliAsync();
        var blocks = CodeBlocks(await File.ReadAllTextAsync(Readme));
        Assert.Equal("orleans-uploads serve --data ~/orleans-uploads-data", blocks[0].Trim());

        await using var server = await ServerProcess.StartAsync(
            new ServerSetup(_folder.File("orleans-uploads-data")) { Environment = CommandLine.WithoutOperatorKey });
        var script = string.Join('\n', blocks[1..]).Replace(PrintedAddress, server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal);
        var result = await RunAsync(script, Path.GetDirectoryName(aws)!);

        Assert.Contains("identical", result, StringComparison.Ordinal);
    }

    private static string[] CodeBlocks(string readme)
    {
        var section = readme[readme.IndexOf(Heading, StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", Heading.Length, StringComparison.Ordinal)];
        return [.. section.Split("\n```\n").Where((_, index) => index % 2 == 1)];
    }

    private async Task<string> RunAsync(string script, string awsFolder)
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        var environment = new Dictionary<string, string?>(InstalledClients.Environment(_folder.Path))
        {
            ["PATH"] = $"{awsFolder}:{path}",
            ["AWS_ACCESS_KEY_ID"] = null,
            ["AWS_SECRET_ACCESS_KEY"] = null,
            ["AWS_DEFAULT_REGION"] = null,
        };
        await using var shell = CapturedProcess.Start(
            "/bin/bash", ["-c", $"set -eu; cd '{_folder.Path}'\n{CommandLine.ShellFunction}\n{script}"], environment);
        Assert.True(await shell.WaitForExitAsync(TimeLimit) == 0, shell.ToString());
        return shell.Output;
    }
}
