using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Cluster.Azure.Tests;

/// <summary>Two silos that do not know each other, over the same rows. Each entity is active in both at the same time, and the account's
/// ETags decide whose write counts.</summary>
public sealed class SplitClusterOnAzureTests(AzuriteServer azurite, ITestOutputHelper output)
{
    private const int Uploads = 8;
    private const int Parts = 12;
    private const int Callers = 8;

    [Fact]
    [Promise("cluster.md", "the cluster is partitioned")]
    public async Task Two_activations_that_write_at_once_lose_nothing_and_return_one_archive_for_each_upload()
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        var cluster = await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) };
        await using var left = await RunningHost.StartAsync(cluster, $"{cluster.Name}-left");
        await using var right = await RunningHost.StartAsync(cluster, $"{cluster.Name}-right");
        IEntityHost[] hosts = [left.Entities, right.Entities];
        await UploadOfManyParts.CreateVaultAsync(hosts[0]);

        for (var number = 0; number < Uploads; number++)
        {
            var upload = new UploadOfManyParts(Parts, number);
            await upload.OpenAsync(hosts[number % 2]);
            await Task.WhenAll(Enumerable.Range(0, Parts).Select(async slot => Assert.Null(
                (await hosts[slot % 2].AskWithRetriesAsync(upload.Entity, upload.Report(slot, $"{number}/{slot}"))).Refusal)));
            foreach (var host in hosts)
            {
                Assert.Equal(
                    Enumerable.Range(0, Parts).Select(slot => Some.Hash($"{number}/{slot}")),
                    (await upload.ListAsync(host)).Select(static part => part.TreeHash));
            }

            await upload.CompleteAtOnceAsync(Callers, caller => hosts[caller % 2], await upload.ListAsync(hosts[0]));
        }

        foreach (var host in hosts)
        {
            var vault = (await host.AskWithRetriesAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Answer;
            Assert.Equal((Uploads, Uploads * ((Parts * Some.MiB) + Limits.ArchiveOverheadBytes)), (vault.Archives, vault.SizeBytes));
        }

        output.WriteLine($"{proxy.RefusedWrites} writes were refused because the other silo had changed the row.");
        Assert.True(proxy.RefusedWrites > 0, "The silos never wrote at the same time.");
    }
}
