using Azure.Storage.Blobs;
using OrleansUploads.Silo.Tests.Serving;
using OrleansUploads.Simulation.RealServer;
using OrleansUploads.Storage;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Silos without a shared folder, whose bytes are in an object store. They are killed under load, and the judge of the simulation
/// compares every answer.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class ObjectStoreTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : IDisposable
{
    private const string Bucket = "parts";

    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_SILO_CRASH_ROUNDS", 3);
    private static readonly int Seed = TestSetting.Read("ORLEANSUPLOADS_SILO_CRASH_SEED", 1);

    private readonly TemporaryFolder _folder = new();
    private readonly RealTally _tally = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Silos_on_PostgreSQL_and_S3_lose_nothing_when_they_are_killed_in_turn()
    {
        await using var store = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        using var s3 = new S3Calls(store);
        await s3.SendAsync(HttpMethod.Put, $"/{Bucket}", []);

        await using var cluster = await SiloCluster.StartAsync(postgres, (_, start) => start.WithPartsInS3(
            $"s3://{Bucket}/cluster", store.Address, CommandLine.AccessKeyId, CommandLine.SecretAccessKey));

        await KillInTurnAsync(cluster);
    }

    [Fact]
    public async Task Silos_on_the_tables_and_blobs_of_Azure_lose_nothing_when_they_are_killed_in_turn()
    {
        var blobs = await azurite.StartBlobsAsync();
        await new BlobContainerClient(blobs, Bucket).CreateAsync();
        await using var cluster = await SiloCluster.StartAsync(
            azurite, (_, start) => start.WithParts($"az://{Bucket}/cluster").With(ObjectStores.AzureVariable, blobs));

        await KillInTurnAsync(cluster);
    }

    private async Task KillInTurnAsync(SiloCluster cluster)
    {
        var failure = await ClusterSeries.FindAsync(
            cluster,
            Rounds,
            async (service, round) =>
            {
                var victim = round % SiloCluster.Count;
                await service.EndAsync(() => cluster.KillAsync(victim));
                await cluster.ReplaceAsync(victim);
            },
            _tally,
            (ulong)Seed);

        output.WriteLine($"{_tally}");
        Assert.True(failure is null, $"{failure}");
        Assert.Equal(Rounds, _tally.Rounds);
        Assert.False(Directory.Exists(cluster.PartsFolder));
    }
}
