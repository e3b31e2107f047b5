using System.Collections.Concurrent;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>Two clusters that do not know each other, over one storage. Each upload is active in both at the same
/// time.</summary>
public sealed class SplitClusterTests
{
    private const int Clients = 16;
    private const int Parts = 64;

    [Theory]
    [InlineData(2, Traits = [TestRun.Name, TestRun.Quick])]
    [InlineData(5, Traits = [TestRun.Name, TestRun.Campaign])]
    [Promise("README.md", "An upload becomes at most one archive, regardless of the number of callers, retries, crashes and failovers")]
    [Promise("cluster.md", "the cluster is partitioned")]
    public async Task Two_activations_of_an_upload_lose_no_report_and_return_one_archive(int rounds)
    {
        var world = new DurableWorld();
        await using var left = await ClusterBench.StartAsync(world);
        await using var right = await ClusterBench.StartAsync(world);
        IEntityHost[] hosts = [left.Client, right.Client];
        await UploadOfManyParts.CreateVaultAsync(hosts[0]);
        for (var round = 0; round < rounds; round++)
        {
            var upload = new UploadOfManyParts(Parts, round);
            await upload.OpenAsync(hosts[round % 2]);
            var last = new ConcurrentDictionary<int, TreeHash>();

            // Each part has one client, which reports it through both clusters in turn, with different bytes each time. The
            // last report counts.
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => ReportAsync(client))));

            foreach (var host in hosts)
            {
                var listed = await upload.ListAsync(host);
                Assert.Equal(Enumerable.Range(0, Parts).Select(slot => last[slot]), listed.Select(part => part.TreeHash));
            }

            var whole = await upload.ListAsync(hosts[0]);
            await upload.CompleteAtOnceAsync(Clients, client => hosts[client % 2], whole);

            async Task ReportAsync(int client)
            {
                for (var slot = client; slot < Parts; slot += Clients)
                {
                    for (var turn = 0; turn < 4; turn++)
                    {
                        var content = $"{slot} for the {turn}th time";
                        Assert.Null((await hosts[(client + turn) % 2].AskWithRetriesAsync(
                            upload.Entity, upload.Report(slot, content))).Refusal);
                        last[slot] = Some.Hash(content);
                    }
                }
            }
        }

        foreach (var host in hosts)
        {
            Assert.Equal(
                rounds, (await host.AskWithRetriesAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Answer.Archives);
        }
    }

    [Fact]
    [Promise("cluster.md", "the cluster is partitioned")]
    public async Task An_acknowledgement_of_one_activation_holds_for_the_other()
    {
        const int Reports = 16;
        var world = new DurableWorld();
        await using var left = await ClusterBench.StartAsync(world);
        await using var right = await ClusterBench.StartAsync(world);
        await UploadOfManyParts.CreateVaultAsync(left.Client);
        var upload = new UploadOfManyParts(Reports, 1);
        await upload.OpenAsync(left.Client);
        Assert.Empty(await upload.ListAsync(right.Client));
        for (var slot = 0; slot < Reports; slot++)
        {
            var (here, there) = slot % 2 == 0 ? (left, right) : (right, left);
            Assert.Null((await here.Client.AskWithRetriesAsync(upload.Entity, upload.Report(slot, $"{slot}"))).Refusal);
            Assert.Equal(slot + 1, (await upload.ListAsync(there.Client)).Count);
        }
    }
}
