using Azure.Data.Tables;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Reminders.AzureStorage;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Cluster.Azure;

/// <summary>Stores the membership, journals and reminders of a cluster in Azure Storage tables.</summary>
/// <remarks>Journals use tables instead of blobs for two reasons. A table rejects the insertion of an existing row, so first writes
/// are fenced like all others. And a row can hold 1 MiB, while the rows of a journal never exceed about 64 KiB.</remarks>
public static class AzureStores
{
    private const string MembershipTable = "OrleansUploadsSilos";
    private const string JournalTable = "OrleansUploadsJournals";
    private const string ReminderTable = "OrleansUploadsReminders";

    /// <summary>Configures the stores of a silo. Missing tables are created.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="connectionString">The connection string of the storage account.</param>
    public static ISiloBuilder AddOrleansUploadsAzureStores(this ISiloBuilder silo, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var tables = new TableServiceClient(connectionString);
        silo.UseAzureStorageClustering((AzureStorageClusteringOptions options) =>
        {
            options.TableServiceClient = tables;
            options.TableName = MembershipTable;
        });
        silo.AddAzureTableGrainStorage(ClusterNames.GrainStorage, (AzureTableStorageOptions options) =>
        {
            options.TableServiceClient = tables;
            options.TableName = JournalTable;
            options.DeleteStateOnClear = true;
        });
        silo.UseAzureTableReminderService((AzureTableReminderStorageOptions options) =>
        {
            options.TableServiceClient = tables;
            options.TableName = ReminderTable;
        });
        return silo;
    }

    /// <summary>Configures a cluster client to find the silos.</summary>
    /// <param name="client">The cluster client.</param>
    /// <param name="connectionString">The connection string of the storage account.</param>
    public static IClientBuilder AddOrleansUploadsAzureStores(this IClientBuilder client, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(client);
        var tables = new TableServiceClient(connectionString);
        return client.UseAzureStorageClustering((AzureStorageGatewayOptions options) =>
        {
            options.TableServiceClient = tables;
            options.TableName = MembershipTable;
        });
    }
}
