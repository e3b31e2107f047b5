using System.Net;
using Azure;
using Azure.Data.Tables;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Identity;

namespace OrleansUploads.Silo.Identity;

/// <summary>The identity of a cluster on Azure Storage: a row of the table of journals.</summary>
internal sealed class AzureIdentity(TableServiceClient tables, string service) : IdentityStore
{
    private const string Row = "ou-cluster";
    private const string Content = "Content";

    private readonly TableClient _journals = tables.GetTableClient(AzureStores.JournalTable);

    /// <summary>The key begins as Orleans' keys do, with the service ID.</summary>
    private string Partition => $"{service}_{Row}";

    public override Task<string> NameDatabaseAsync(CancellationToken cancellationToken) =>
        Task.FromResult($"storage account {tables.AccountName}");

    public override async Task<(ClusterIdentity Identity, string Version)?> ReadAsync(CancellationToken cancellationToken)
    {
        // The table may be missing, too.
        var row = await _journals.GetEntityIfExistsAsync<TableEntity>(Partition, Row, cancellationToken: cancellationToken);
        return row is { HasValue: true, Value: { } found }
            ? (ClusterIdentity.Parse(found.GetBinary(Content)), found.ETag.ToString())
            : null;
    }

    public override async Task<bool> TryWriteAsync(ClusterIdentity identity, string? version, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Partition, Row) { [Content] = identity.ToBytes() };
        try
        {
            if (version is null)
            {
                await _journals.CreateIfNotExistsAsync(cancellationToken);
                await _journals.AddEntityAsync(row, cancellationToken);
            }
            else
            {
                await _journals.UpdateEntityAsync(row, new ETag(version), TableUpdateMode.Replace, cancellationToken);
            }

            return true;
        }
        catch (RequestFailedException fault)
            when (fault.Status is (int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
    }
}
