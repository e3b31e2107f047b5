using System.Collections.Concurrent;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>Storage that fails before and after its effect, answers late, and carries out writes after their
/// timeout.</summary>
public sealed class StorageFaultTests
{
    private const int Clients = 16;
    private const int Parts = 128;

    [Theory]
    [InlineData(2, Traits = [TestRun.Name, TestRun.Quick])]
    [InlineData(5, Traits = [TestRun.Name, TestRun.Campaign])]
    [Promise("cluster.md", "the database is down")]
    public async Task The_cluster_recovers_from_storage_faults_without_a_restart_and_loses_nothing_acknowledged(int rounds)
    {
        var random = new Random(1);
        var hasFaults = false;
        FaultyGrainStorage? storage = null;
        var world = new DurableWorld(rows => storage = new FaultyGrainStorage(rows, (_, isWrite) => Draw(isWrite)));
        await using var cluster = await ClusterBench.StartAsync(world, silos: 2);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        for (var round = 0; round < rounds; round++)
        {
            var upload = new UploadOfManyParts(Parts, round);
            hasFaults = true;
            await upload.OpenAsync(cluster.Client);
            var last = new ConcurrentDictionary<int, TreeHash>();
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => ReportAsync(client))));
            var listed = await upload.ListAsync(cluster.Client);
            Assert.Equal(Enumerable.Range(0, Parts).Select(slot => last[slot]), listed.Select(part => part.TreeHash));

            var completed = await upload.CompleteAtOnceAsync(Clients, _ => cluster.Client, listed);
            hasFaults = false;
            while (storage!.LateWrites > 0)
            {
                await storage.LandOneAsync();
            }

            Assert.Equal(
                completed,
                (await cluster.Client.AskWithRetriesAsync(upload.Entity, upload.Complete(listed))).Answer);

            async Task ReportAsync(int client)
            {
                for (var slot = client; slot < Parts; slot += Clients)
                {
                    foreach (var content in (string[])[$"{slot} at first", $"{slot}"])
                    {
                        Assert.Null((await cluster.Client.AskWithRetriesAsync(
                            upload.Entity, upload.Report(slot, content))).Refusal);
                        last[slot] = Some.Hash(content);
                    }

                    if (slot % 7 == 0)
                    {
                        await storage!.LandOneAsync();
                    }
                }
            }
        }

        Assert.Equal(
            rounds,
            (await cluster.Client.AskWithRetriesAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Answer.Archives);
        Assert.All(
            (StorageFault[])[StorageFault.FailBefore, StorageFault.FailAfter, StorageFault.LandLate, StorageFault.Slow],
            fault => Assert.True(storage!.Count(fault) > rounds, $"{fault} happened only {storage!.Count(fault)} times."));

        StorageFault Draw(bool isWrite)
        {
            lock (random)
            {
                return !hasFaults ? StorageFault.None : random.Next(12) switch
                {
                    0 => StorageFault.FailBefore,
                    1 when isWrite => StorageFault.FailAfter,
                    2 when isWrite => StorageFault.LandLate,
                    3 => StorageFault.Slow,
                    _ => StorageFault.None,
                };
            }
        }
    }
}
