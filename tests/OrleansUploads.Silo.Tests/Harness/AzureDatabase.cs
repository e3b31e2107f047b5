using Azure.Data.Tables;
using OrleansUploads.Cluster.Azure;

namespace OrleansUploads.Silo.Tests.Harness;

internal sealed class AzureDatabase(AzureCluster cluster) : IClusterDatabase
{
    private readonly TableServiceClient _tables = AzureTables.Connect(cluster.ConnectionString);

    public Dictionary<string, string?> NewSilo(string partsFolder) => RunningSilo.OnAzure(cluster, partsFolder);

    public async Task<bool> HasSiloAsync(string siloPort) => await CountAsync(
        "OrleansUploadsSilos",
        TableClient.CreateQueryFilter($"PartitionKey eq {cluster.Name} and Port eq {siloPort} and Status ne {nameof(SiloStatus.Dead)}")) > 0;

    public Task<long> CountRowsAsync() => CountAsync("OrleansUploadsJournals", cluster.Rows);

    public Task<long> CountWakesAsync() => CountAsync("OrleansUploadsReminders", cluster.Rows);

    private async Task<long> CountAsync(string table, string filter) => await _tables.GetTableClient(table)
        .QueryAsync<TableEntity>(filter, select: [nameof(TableEntity.RowKey)]).LongCountAsync();
}
