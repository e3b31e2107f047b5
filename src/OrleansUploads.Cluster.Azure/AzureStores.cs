using Azure.Data.Tables;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Reminders.AzureStorage;
using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Azure;

/// <summary>A cluster whose membership, journals and reminders are in tables of Azure Storage.</summary>
/// <remarks>Tables, not blobs, for the journals: a table refuses to insert a row that is there, so first writes are fenced as all
/// others are, and a row holds 1 MiB, where a journal's never has more than about 64 KiB.</remarks>
public static class AzureStores
{
    private const string MembershipTable = "OrleansUploadsSilos";
    private const string JournalTable = "OrleansUploadsJournals";
    private const string ReminderTable = "OrleansUploadsReminders";

    /// <summary>Gives a silo its stores; tables that are missing are made.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="connectionString">Of the storage account.</param>
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

    /// <summary>Tells a client where the silos are.</summary>
    /// <param name="client">The client.</param>
    /// <param name="connectionString">Of the storage account.</param>
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
