using Azure.Data.Tables;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Identity;

namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>Tables that were copied into another storage account.</summary>
[Campaign]
public sealed class CopiedTablesTests(AzuriteServer azurite) : TestWithFolder
{
    [Fact]
    public async Task A_copy_is_refused_until_a_command_makes_it_a_cluster_of_its_own()
    {
        var cluster = await azurite.CreateClusterAsync();
        var environment = RunningSilo.OnAzure(cluster, Folder.Data);
        var archive = Archives.Bytes(100_000, seed: 1);
        string archiveId;
        await using (var silo = await RunningSilo.StartAsync(environment))
        {
            using var client = await silo.ConnectAsync("photos");
            archiveId = (await client.UploadInPartsAsync("photos", archive)).ArchiveId;
            await silo.StopAsync();
        }

        // All tests use one account. The rows become those of another one.
        var tables = cluster.ConnectPatiently();
        var journals = tables.GetTableClient(AzureStores.JournalTable);
        TableEntity row = await journals.GetEntityAsync<TableEntity>($"{cluster.Name}_ou-cluster", "ou-cluster");
        var identity = ClusterIdentity.Parse(row.GetBinary("Content"));
        Assert.Equal($"storage account {tables.AccountName}", identity.Database);
        row["Content"] = (identity with { Database = "storage account of production" }).ToBytes();
        await journals.UpdateEntityAsync(row, row.ETag);

        var refusal = await RunningSilo.RefuseAsync(environment);
        Assert.Contains("this is a copy of a cluster's database", refusal, StringComparison.Ordinal);
        Assert.Contains("storage account of production", refusal, StringComparison.Ordinal);
        await using (var restore = new SiloStart(environment).Run("restore"))
        {
            Assert.True(await restore.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, restore.ToString());
            Assert.Contains($"This is the cluster {cluster.Name}-", restore.Output, StringComparison.Ordinal);
        }

        Assert.Equal(0, await RunningSilo.RunHereAsync(environment, "take-over"));

        Assert.Empty(await tables.GetTableClient("OrleansUploadsSilos")
            .QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {cluster.Name}")).ToListAsync());
        await using var restored = await RunningSilo.StartAsync(environment);
        using var again = restored.Connect();
        Assert.Equal(archive, await again.RetrieveAsync("photos", archiveId));
    }
}
