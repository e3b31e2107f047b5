using System.Diagnostics;
using Azure.Storage.Blobs;
using OrleansUploads.Silo.Tests.Serving;
using OrleansUploads.Simulation.RealServer;
using OrleansUploads.Storage;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Silos that are killed, paused and stopped under load. The judge of the simulation compares every answer.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class CrashTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : IAsyncDisposable
{
    private const string Bucket = "parts";

    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_SILO_CRASH_ROUNDS", 3);
    private static readonly int Seed = TestSetting.Read("ORLEANSUPLOADS_SILO_CRASH_SEED", 1);

    /// <summary>A stop that nothing delays takes about as long as the shutdown of Orleans.</summary>
    private static readonly TimeSpan MaxStop = TimeSpan.FromSeconds(15);

    private readonly TemporaryFolder _folder = new();
    private readonly RealTally _tally = new();
    private ServerProcess? _store;

    public async ValueTask DisposeAsync()
    {
        await (_store?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("PostgreSQL", "folder")]
    [InlineData("PostgreSQL", "S3")]
    [InlineData("Azurite", "folder")]
    [InlineData("Azurite", "blobs")]
    public async Task Silos_killed_in_turn_under_load_lose_nothing_and_return_no_wrong_answer(string database, string parts)
    {
        var keepParts = await PreparePartsAsync(parts);
        await using var cluster = await SiloCluster.StartAsync(
            DatabaseServers.Named(database, postgres, azurite), (_, start) => keepParts(start));

        await PlayAsync(cluster, Rounds, async (service, round) =>
        {
            var victim = round % SiloCluster.Count;
            await service.EndAsync(() => cluster.KillAsync(victim));
            await cluster.ReplaceAsync(victim);
        });
        Assert.Equal(parts == "folder", Directory.Exists(cluster.PartsFolder));
    }

    [Fact]
    public async Task A_hanging_silo_is_voted_out_and_exits_when_it_resumes()
    {
        await using var cluster = await SiloCluster.StartAsync(postgres);

        await PlayAsync(cluster, rounds: 1, async (service, _) =>
        {
            await service.EndAsync(() =>
            {
                cluster.Pause(1);
                return Task.CompletedTask;
            });
            await cluster.AwaitRemovalAndEndAsync(1);
            Assert.Contains("orleans-uploads-silo: The cluster removed this silo", cluster.Silos[1].Log, StringComparison.Ordinal);
            Assert.DoesNotContain("Current stack", cluster.Silos[1].Log, StringComparison.Ordinal);
            await cluster.ReplaceAsync(1);
        });
    }

    [Fact]
    public async Task A_rolling_replacement_of_silos_fails_no_client_request()
    {
        var stops = new List<TimeSpan>();
        await using var cluster = await SiloCluster.StartAsync(postgres);

        await PlayAsync(cluster, Rounds, async (_, round) =>
        {
            var leaver = round % SiloCluster.Count;
            var watch = Stopwatch.StartNew();
            await cluster.StopAsync(leaver);
            stops.Add(watch.Elapsed);
            await cluster.ReplaceAsync(leaver);
        });

        output.WriteLine($"Silos left within {string.Join(", ", stops.Select(static stop => $"{stop.TotalSeconds:F1} s"))}.");
        Assert.All(stops, static stop => Assert.InRange(stop, TimeSpan.Zero, MaxStop));
    }

    [Fact]
    public async Task A_cluster_that_loses_acknowledged_data_is_detected()
    {
        await using var cluster = await SiloCluster.StartAsync(postgres);

        var failure = await ClusterSeries.FindAsync(cluster, rounds: 3, KillAllAndForgetAsync, _tally, (ulong)Seed);

        Assert.NotNull(failure);
        output.WriteLine(failure.Violation);

        // The second round restores the database as it was after the first.
        async Task KillAllAndForgetAsync(ClusterService service, int round)
        {
            await service.EndAsync(async () =>
            {
                await Task.WhenAll(cluster.Silos.Select(static silo => silo.KillAsync()));
                await ((PostgresClusterDatabase)cluster.Database).ExecuteAsync(round == 0
                    ? "CREATE TABLE kept AS TABLE orleansstorage"
                    : "TRUNCATE orleansstorage; INSERT INTO orleansstorage SELECT * FROM kept");
                await Task.WhenAll(Enumerable.Range(0, SiloCluster.Count).Select(number => cluster.ReplaceAsync(number)));
            });
        }
    }

    /// <summary>Prepares a place for the bytes: the cluster's shared folder, or an object store.</summary>
    /// <returns>Changes the start of a silo, which then keeps the bytes there.</returns>
    private async Task<Func<SiloStart, SiloStart>> PreparePartsAsync(string parts)
    {
        switch (parts)
        {
            case "S3":
                _store = await ServerProcess.StartAsync(_folder.Data, "--quiet");
                using (var s3 = new S3Calls(_store))
                {
                    await s3.SendAsync(HttpMethod.Put, $"/{Bucket}", []);
                }

                return start => start.WithPartsInS3(
                    $"s3://{Bucket}/cluster", _store.Address, CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
            case "blobs":
                var blobs = await azurite.StartBlobsAsync();
                await new BlobContainerClient(blobs, Bucket).CreateAsync();
                return start => start.WithParts($"az://{Bucket}/cluster").With(ObjectStores.AzureVariable, blobs);
            default:
                return static start => start;
        }
    }

    private async Task PlayAsync(SiloCluster cluster, int rounds, Func<ClusterService, int, Task> disturbAsync)
    {
        var failure = await ClusterSeries.FindAsync(cluster, rounds, disturbAsync, _tally, (ulong)Seed);

        output.WriteLine($"{_tally}");
        Assert.True(failure is null, $"{failure}");
        Assert.Equal(rounds, _tally.Rounds);
    }
}
