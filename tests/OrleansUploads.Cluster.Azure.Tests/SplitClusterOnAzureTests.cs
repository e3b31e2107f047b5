namespace OrleansUploads.Cluster.Azure.Tests;

/// <summary>Two silos that do not know each other, over the same rows. Each entity is active in both at the same time, and the account's
/// ETags decide whose write counts.</summary>
public sealed class SplitClusterOnAzureTests(AzuriteServer azurite, ITestOutputHelper output)
{
    [Fact]
    [Promise("cluster.md", "the cluster is partitioned")]
    public async Task Two_activations_that_write_at_once_lose_nothing_and_return_one_archive_for_each_upload()
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        var cluster = await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) };
        await using var left = await RunningHost.StartAsync(cluster, $"{cluster.Name}-left");
        await using var right = await RunningHost.StartAsync(cluster, $"{cluster.Name}-right");
        await UploadOfManyParts.PlayOverSplitAsync(left.Entities, right.Entities, uploads: 8, parts: 12, callers: 8);

        output.WriteLine($"{proxy.RefusedWrites} writes were refused because the other silo had changed the row.");
        Assert.True(proxy.RefusedWrites > 0, "The silos never wrote at the same time.");
    }
}
