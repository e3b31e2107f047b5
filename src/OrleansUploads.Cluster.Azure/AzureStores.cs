using System.Globalization;
using System.Net;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Reminders.AzureStorage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Cluster.Azure;

/// <summary>Stores the membership, journals and reminders of a cluster in Azure Storage tables.</summary>
/// <remarks>Journals use tables instead of blobs for two reasons. A table rejects the insertion of an existing row, so first writes
/// are fenced like all others. And a row can hold 1 MiB, while the rows of a journal never exceed about 64 KiB.</remarks>
public static class AzureStores
{
    public const string JournalTable = "OrleansUploadsJournals";

    private const string MembershipTable = "OrleansUploadsSilos";
    private const string ReminderTable = "OrleansUploadsReminders";

    private const string GenerationProperty = "Generation";
    private const string MembershipVersionRow = "VersionRow";

    /// <summary>No table has this row.</summary>
    private const string NoRow = "ou-health";

    /// <summary>Creates the tables that are missing. Returns the latest generation of the silos at an address, dead or
    /// alive, or 0 if there was none.</summary>
    /// <exception cref="RequestFailedException">The storage account cannot be reached.</exception>
    /// <exception cref="StorageRefusedException">The storage account refuses the request.</exception>
    public static async Task<int> PrepareSiloAsync(
        TableServiceClient tables, string clusterId, IPEndPoint silo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(silo);
        await Task.WhenAll(((string[])[MembershipTable, JournalTable, ReminderTable]).Select(
            table => tables.CreateTableIfNotExistsAsync(table, cancellationToken)));

        var (address, port) = (silo.Address.ToString(), silo.Port.ToString(CultureInfo.InvariantCulture));
        var last = 0;
        await foreach (var member in tables.GetTableClient(MembershipTable).QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {clusterId} and Address eq {address} and Port eq {port}"),
            select: [GenerationProperty],
            cancellationToken: cancellationToken))
        {
            last = int.TryParse(member.GetString(GenerationProperty), CultureInfo.InvariantCulture, out var generation)
                ? Math.Max(last, generation)
                : last;
        }

        return last;
    }

    /// <summary>Reads a row of the membership table, to see whether the storage account answers a client of the cluster. The
    /// row and the table may be missing.</summary>
    /// <exception cref="RequestFailedException">The storage account cannot be reached.</exception>
    /// <exception cref="StorageRefusedException">The storage account refuses the request.</exception>
    public static async Task CheckClientAsync(TableServiceClient tables, string clusterId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tables);
        await tables.GetTableClient(MembershipTable)
            .GetEntityIfExistsAsync<TableEntity>(clusterId, MembershipVersionRow, cancellationToken: cancellationToken);
    }

    /// <summary>Checks that the account takes writes of journals and of reminders. It updates rows that do not exist, so
    /// nothing is stored.</summary>
    /// <exception cref="RequestFailedException">The storage account cannot be reached.</exception>
    /// <exception cref="StorageRefusedException">The storage account refuses the request.</exception>
    public static async Task CheckWritesAsync(TableServiceClient tables, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tables);
        await Task.WhenAll(((string[])[JournalTable, ReminderTable]).Select(async table =>
        {
            try
            {
                await tables.GetTableClient(table).UpdateEntityAsync(
                    new TableEntity(NoRow, NoRow), ETag.All, TableUpdateMode.Merge, cancellationToken);
            }
            catch (RequestFailedException missing) when (missing.ErrorCode == TableErrorCode.ResourceNotFound)
            {
                // The account has looked for the row in order to write it.
            }
        }));
    }

    /// <summary>Keeps membership, journals and reminders in tables. Missing ones are created. <see cref="AzureTables"/> connects to the
    /// account.</summary>
    public static ISiloBuilder AddOrleansUploadsAzureStores(this ISiloBuilder silo, TableServiceClient tables)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(tables);
        silo.UseAzureStorageClustering((AzureStorageClusteringOptions options) =>
        {
            options.TableServiceClient = tables;
            options.TableName = MembershipTable;
        });
        return silo.AddAzureJournals(tables);
    }

    /// <summary>Adds the tables of journals and reminders alone, for a cluster whose membership is kept elsewhere.</summary>
    internal static ISiloBuilder AddAzureJournals(this ISiloBuilder silo, TableServiceClient tables)
    {
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

    public static IClientBuilder AddOrleansUploadsAzureStores(this IClientBuilder client, TableServiceClient tables)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(tables);
        return client.UseAzureStorageClustering((AzureStorageGatewayOptions options) =>
        {
            options.TableServiceClient = tables;
            options.TableName = MembershipTable;
        });
    }
}
