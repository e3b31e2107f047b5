using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansUploads.Silo.Tests.Copies;

/// <summary>Backups of a cluster that serves, by the commands of docs/cluster.md, with the default names.</summary>
public sealed class RestoreDrillTests : IAsyncDisposable
{
    private const string Bucket = S3Calls.Bucket;
    private const string Refusal = "this is a copy of a cluster's database";

    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _store;

    public async ValueTask DisposeAsync()
    {
        await (_store?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("folder", "as documented", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "5"])]
    [InlineData("S3", "with the table of silos", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "1"])]
    public async Task A_drill_beside_production_under_load_lives_alone_and_takes_nothing_from_it(string parts, string dump)
    {
        await using var home = await HomeOfCluster.CreateAsync();
        List<SiloStart> starts = [await PrepareAsync(home, parts), await PrepareAsync(home, parts)];
        await home.WriteSettingsAsync(starts[0].Environment);
        var production = await RunningSilo.StartAllAsync(starts);
        await using var first = production[0];
        await using var second = production[1];
        await using var load = await AcknowledgedLoad.StartAsync(first.Address, second.Address);
        await load.AwaitMoreAsync(20);
        var saved = load.Snapshot();
        var backup = Handbook.CommandsBehind("Bytes that the copied database does not know", block: 0);
        await home.RunAsync(dump == "as documented" ? backup : backup.Replace("--exclude-table-data 'orleansmembership*' ", "", StringComparison.Ordinal));

        // Without the command, a silo of the copy refuses to start.
        var ports = FreePort.Take(3);
        var drill = Handbook.CommandsBehind("### A restore drill");
        var (prepare, start) = (drill[..drill.IndexOf("(set -a;", StringComparison.Ordinal)], drill[drill.IndexOf("(set -a;", StringComparison.Ordinal)..]);
        if (parts == "S3")
        {
            await CopyObjectsAsync();
            prepare = prepare.Replace("$HOME/cluster/parts|$HOME/drill/parts", $"s3://{Bucket}/cluster|s3://{Bucket}/drill", StringComparison.Ordinal);
        }

        await home.RunAsync(prepare);
        var refused = await home.RunAsync(
            "(set -a; . ~/drill/silos.env; timeout 60 ~/cluster/program/orleans-uploads-silo --OrleansUploads:Listen=127.0.0.1:PORT"
            + " --OrleansUploads:SiloPort=SILO --OrleansUploads:ClientPort=CLIENT 2>&1 && echo started || true)",
            ("PORT", Text(ports[0])), ("SILO", Text(ports[1])), ("CLIENT", Text(ports[2])));
        Assert.Contains(Refusal, refused, StringComparison.Ordinal);
        Assert.Contains("'orleans-uploads-silo clone'", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("started", refused, StringComparison.Ordinal);

        var printed = await home.RunAsync(
            start, ("127.0.0.1:9409", $"127.0.0.1:{ports[0]}"), ("11119", Text(ports[1])), ("30009", Text(ports[2])));
        Assert.Contains("This is the cluster orleans-uploads-", printed, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"Healthy\"", printed, StringComparison.Ordinal);
        await load.AwaitMoreAsync(20);

        // The drill has everything from before the backup, and takes writes of its own.
        var address = new Uri($"http://127.0.0.1:{ports[0]}");
        await saved.RequireAllAsync(address);
        await using (var own = await AcknowledgedLoad.StartAsync(address))
        {
            await own.AwaitMoreAsync(20);
            await own.StopAsync();
            await own.RequireAllAsync(address);
        }

        // Production does not notice how it ends.
        await home.RunAsync("kill -9 $(cat ~/drill/silo.pid)");
        await load.AwaitMoreAsync(20);
        await home.RunAsync(Handbook.CommandsBehind("### A restore drill", block: 1).Replace("kill $(cat ~/drill/silo.pid); sleep 5", "", StringComparison.Ordinal));
        await load.AwaitMoreAsync(20);
        await load.StopAsync();
        await load.RequireAllAsync(first.Address);
        await load.RequireAllAsync(second.Address);
        Assert.Equal("2", await PostgresServer.QueryAsync(home.ConnectionString, "SELECT count(*) FROM orleansmembershiptable"));
        foreach (var silo in production)
        {
            Assert.DoesNotContain($":{ports[1]}", silo.Log, StringComparison.Ordinal);
        }
    }

    [Fact, Campaign]
    public async Task A_clone_refuses_the_bytes_of_its_original_and_a_restored_cluster_takes_them()
    {
        await using var home = await HomeOfCluster.CreateAsync();
        var start = await PrepareAsync(home, "folder");
        await home.WriteSettingsAsync(start.Environment);
        await using var silo = await home.StartSiloAsync(start.Environment, 1);
        await using var load = await AcknowledgedLoad.StartAsync(silo.Address);
        await load.AwaitMoreAsync(20);
        await load.StopAsync();
        await home.RunAsync(Handbook.CommandsBehind("Bytes that the copied database does not know"));
        await silo.StopAsync();
        var restore = Handbook.CommandsBehind("Restore both, the database and the folder");
        await home.RunAsync(restore.Replace("kill $(cat ~/cluster/silo-*.pid)", "", StringComparison.Ordinal)
            .Replace("~/cluster/program/orleans-uploads-silo restore; ~/cluster/program/orleans-uploads-silo take-over", "true", StringComparison.Ordinal));

        Assert.Contains(Refusal, await RunningSilo.RefuseAsync(start.Environment), StringComparison.Ordinal);
        Assert.Contains(Refusal, await RunningSilo.RefuseAsync(start.Environment, "clock", "show"), StringComparison.Ordinal);
        Assert.Contains(Refusal, await RunningSilo.RefuseAsync(start.With(VariableOf(nameof(SiloSettings.ClusterId)), "drill").Environment), StringComparison.Ordinal);
        var gateway = start.With(VariableOf(nameof(SiloSettings.Role)), "gateway");
        Assert.Contains(Refusal, await RunningSilo.RefuseAsync(gateway.Environment), StringComparison.Ordinal);
        Assert.Contains(
            $"{home.PartsFolder} has the bytes of the cluster that was copied", await RunningSilo.RefuseAsync(start.Environment, "clone"), StringComparison.Ordinal);

        Assert.Contains("This is the cluster orleans-uploads-", await home.RunAsync(
            "(set -a; . ~/cluster/silos.env; ~/cluster/program/orleans-uploads-silo restore)"), StringComparison.Ordinal);
        var owned = await RunningSilo.ExpectRefusalAsync(start.Environment);
        Assert.Contains("is used by the cluster orleans-uploads", owned, StringComparison.Ordinal);
        Assert.Contains("take-over", owned, StringComparison.Ordinal);
        await home.RunAsync("(set -a; . ~/cluster/silos.env; ~/cluster/program/orleans-uploads-silo take-over)");
        await using var restored = await RunningSilo.StartAsync(start.Environment);
        await using var asGateway = await RunningSilo.StartAsync((await PrepareAsync(home, "folder")).With(VariableOf(nameof(SiloSettings.Role)), "gateway"));
        await load.RequireAllAsync(restored.Address);
        await load.RequireAllAsync(asGateway.Address);

        // The command does not touch a cluster that runs.
        Assert.Contains("was running at", await RunningSilo.RefuseAsync(start.Environment, "restore"), StringComparison.Ordinal);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    /// <summary>The start of a silo of production.</summary>
    private async Task<SiloStart> PrepareAsync(HomeOfCluster home, string parts)
    {
        var start = new SiloStart(home.NewSilo());
        if (parts == "folder")
        {
            return start;
        }

        _store ??= await S3Calls.StartStoreAsync(_folder.Data);
        return start.WithPartsIn(_store);
    }

    /// <summary>Copies the objects of production to the drill's prefix. Production replaces its claims meanwhile.</summary>
    private async Task CopyObjectsAsync()
    {
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials(CommandLine.AccessKeyId, CommandLine.SecretAccessKey),
            new AmazonS3Config { ServiceURL = _store!.Address.ToString(), ForcePathStyle = true });
        await foreach (var found in s3.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = Bucket, Prefix = "cluster/" }).S3Objects)
        {
            if (!found.Key.StartsWith("cluster/store-claims/", StringComparison.Ordinal))
            {
                await s3.CopyObjectAsync(Bucket, found.Key, Bucket, $"drill/{found.Key["cluster/".Length..]}");
            }
        }
    }
}
