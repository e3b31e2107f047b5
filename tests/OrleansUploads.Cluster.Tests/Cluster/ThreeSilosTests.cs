using System.Collections.Concurrent;
using System.Globalization;
using Orleans.TestingHost;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>Many clients and three silos. One silo dies while another joins.</summary>
public sealed class ThreeSilosTests
{
    private const int Clients = 32;
    private const int Parts = 1000;

    [Theory]
    [InlineData(2, Traits = [TestRun.Name, TestRun.Quick])]
    [InlineData(6, Traits = [TestRun.Name, TestRun.Campaign])]
    [Promise("README.md", "An upload becomes at most one archive, regardless of the number of callers, retries, crashes and failovers")]
    [Promise("cluster.md", "a silo is killed")]
    public async Task Parts_reported_while_one_silo_dies_and_another_joins_become_one_archive(int rounds)
    {
        var world = new DurableWorld();
        await using var cluster = await ClusterBench.StartAsync(world, silos: 3);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        for (var seed = 1; seed <= rounds; seed++)
        {
            await RunRoundAsync(cluster, seed);
        }

        var vault = (await cluster.Client.AskWithRetriesAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Answer;
        Assert.Equal(rounds, vault.Archives);
        await Eventually.BecomesTrueAsync(
            async () => (await UploadOfManyParts.ListOpenAsync(cluster.Client)).Count == 0, "the vault lists no upload");
    }

    private static async Task RunRoundAsync(ClusterBench cluster, int seed)
    {
        var upload = new UploadOfManyParts(Parts, seed);
        await upload.OpenAsync(cluster.Client);
        var random = new Random(seed);
        var reported = new ConcurrentDictionary<int, ConcurrentBag<TreeHash>>();
        var done = 0;
        var half = new TaskCompletionSource();
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(() => ReportAsync(client))).ToList();

        await half.Task;
        await cluster.KillAsync(cluster.Silos[random.Next(cluster.Silos.Count)]);
        await cluster.JoinAsync();
        await Task.WhenAll(clients);

        var listed = await upload.ListAsync(cluster.Client);
        Assert.Equal(Parts, listed.Count);
        Assert.All(listed, part => Assert.Contains(part.TreeHash, reported[(int)(part.Range.FirstByte / Some.MiB)]));
        await upload.CompleteAtOnceAsync(Clients, client => Host(cluster, client), listed);

        // Three clients report each part. One report in ten is of different bytes.
        async Task ReportAsync(int client)
        {
            var own = new Random((seed * 1000) + client);
            foreach (var slot in Enumerable.Range(0, Parts).Where(slot => (slot + client) % (Clients / 3) == 0))
            {
                var content = own.Next(10) == 0 ? $"{slot} of {client}" : slot.ToString(CultureInfo.InvariantCulture);
                var outcome = await Retrying.AskWithRetriesAsync(
                    () => Host(cluster, own.Next()), upload.Entity, upload.Report(slot, content));
                Assert.Null(outcome.Refusal);
                reported.GetOrAdd(slot, _ => []).Add(Some.Hash(content));
                if (Interlocked.Increment(ref done) == Parts / 2)
                {
                    half.SetResult();
                }
            }
        }
    }

    /// <summary>Chooses one of the current silos, like a load balancer.</summary>
    private static IEntityHost Host(ClusterBench cluster, int choice)
    {
        var silos = cluster.Silos;
        InProcessSiloHandle silo = silos[choice % silos.Count];
        return cluster.Through(silo);
    }
}
