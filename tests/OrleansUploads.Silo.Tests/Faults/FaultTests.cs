using Azure.Storage.Blobs;
using OrleansUploads.Storage;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Everything that docs/cluster.md says a cluster survives, under clients that do not retry. <c>tests/clusters/campaign.sh faults</c>
/// runs it for as long as it is told to.</summary>
[Collection(nameof(Alone)), Campaign]
public sealed class FaultTests(AzuriteServer azurite, ITestOutputHelper output) : TestWithFolder
{
    private const string Container = "parts";
    private const int OpenUploads = 32;

    [Fact]
    [Promise("README.md", "An acknowledged part is never lost")]
    [Promise("cluster.md", "a silo is killed")]
    [Promise("cluster.md", "a machine or its network vanishes")]
    [Promise("cluster.md", "a silo hangs, is paused or is cut off")]
    [Promise("cluster.md", "only the network between two silos fails")]
    [Promise("cluster.md", "all silos die at once (a power cut)")]
    [Promise("cluster.md", "the primary is lost, the standby is promoted")]
    [Promise("cluster.md", "the primary hangs")]
    [Promise("cluster.md", "somebody cancels a commit that waits (pg_cancel_backend)")]
    public async Task A_cluster_on_PostgreSQL_with_its_bytes_in_S3_keeps_every_promise()
    {
        await using var pair = await PostgresPair.StartAsync();
        await using var store = await S3Calls.StartStoreAsync(Folder.Data);
        await RunAsync(
            new PostgresClusterDatabase(pair.ConnectionString),
            start => start.WithPartsIn(store),
            cluster => [.. new SiloDisturbances(cluster).All, .. new PrimaryDisturbances(pair, cluster.Rotation, output.Say).All]);
    }

    [Fact]
    [Promise("README.md", "An acknowledged part is never lost")]
    [Promise("cluster.md", "a silo is killed")]
    [Promise("cluster.md", "a machine or its network vanishes")]
    [Promise("cluster.md", "a silo hangs, is paused or is cut off")]
    [Promise("cluster.md", "only the network between two silos fails")]
    [Promise("cluster.md", "all silos die at once (a power cut)")]
    public async Task A_cluster_on_Azurite_with_its_bytes_in_blobs_keeps_every_promise()
    {
        var cluster = await azurite.CreateLocalClusterAsync();
        var blobs = await azurite.StartBlobsAsync();
        await new BlobContainerClient(blobs, Container).CreateAsync();

        await RunAsync(
            new AzureDatabase(cluster),
            start => start.WithParts($"az://{Container}/cluster").With(ObjectStores.AzureVariable, blobs),
            static cluster => new SiloDisturbances(cluster).All);
    }

    private async Task RunAsync(
        IClusterDatabase database, Func<SiloStart, SiloStart> keepParts, Func<SiloCluster, IEnumerable<Disturbance>> tableOf)
    {
        await NetworkCut.PrepareAsync();
        try
        {
            await using var cluster = await SiloCluster.StartAsync(
                database, (number, start) => SiloDisturbances.Prepare(number, keepParts(start)));
            var table = FaultPlan.Choose(tableOf(cluster));
            output.Say(NetworkCut.IsPossible ? "The network is cut, too." : "The network is not cut, because only root with iptables can.");

            var plan = FaultPlan.Read(table.Count) with { OpenUploads = TestSetting.Read("ORLEANSUPLOADS_FAULT_UPLOADS", OpenUploads) };
            var findings = await FaultCampaign.RunAsync(plan, cluster.Rotation, table, output.Say);

            Assert.True(findings.Count == 0, string.Join('\n', findings.Take(30)) + $"\n{string.Join('\n', cluster.Silos)}");
            Assert.False(Directory.Exists(cluster.PartsFolder));
        }
        finally
        {
            await NetworkCut.EndAsync();
        }
    }
}
