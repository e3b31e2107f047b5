namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>Runs <c>deploy/local-cluster.sh --azure</c>.</summary>
public sealed class LocalClusterTests(AzuriteServer azurite) : IDisposable
{
    private const string Script = "deploy/local-cluster.sh";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Trait(TestRun.Name, TestRun.Campaign)]
    [InlineData("folder")]
    [InlineData("blobs")]
    public async Task The_demo_kills_silos_and_ends_with_one_archive_id_and_equal_bytes(string parts)
    {
        // The script starts its own.
        await azurite.CreateLocalClusterAsync();
        var cli = Repository.File("src/OrleansUploads.Cli/bin/Release/net10.0/orleans-uploads.dll");
        Assert.SkipUnless(File.Exists(cli), $"{cli} is not built.");
        Dictionary<string, string?> environment = new()
        {
            ["LOCAL_CLUSTER_FOLDER"] = _folder.Data,
            ["LOCAL_CLUSTER_PORT"] = $"{FreePort.Take(1)[0]}",
            ["LOCAL_CLUSTER_SILO"] = Repository.SiloProgram,
            ["LOCAL_CLUSTER_CLI"] = cli,
        };
        try
        {
            var demo = await RunAsync(environment, "--azure", "--parts", parts, "demo", "16MiB");
            Assert.Contains("All checks passed.", demo, StringComparison.Ordinal);
            Assert.Matches("8 concurrent complete requests return one archive ID .*1 ID", demo);
        }
        finally
        {
            await RunAsync(environment, "remove");
        }
    }

    private static async Task<string> RunAsync(IEnumerable<KeyValuePair<string, string?>> environment, params string[] arguments)
    {
        await using var process = CapturedProcess.Start("/bin/sh", [Repository.File(Script), .. arguments], environment);
        Assert.True(await process.WaitForExitAsync(Patience) == 0, $"The script failed. {process}");
        return process.Output;
    }
}
