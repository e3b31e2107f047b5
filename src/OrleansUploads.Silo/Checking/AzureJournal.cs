using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Moving;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Silo.Checking;

/// <summary>The decisions of a cluster on Azure Storage.</summary>
internal sealed class AzureJournal(ClusterDecisions decisions, TableServiceClient tables, string service) : ClusterJournal(decisions)
{
    private const char Slash = '/';

    /// <summary>What Orleans writes instead of a slash, which no key in a table may contain.</summary>
    private const char Replacement = '_';

    private const int SlashesOfRoutes = 2;
    private const int SlashesOfLeaf = 3;

    private readonly TableClient _journals = tables.GetTableClient(AzureStores.JournalTable);

    /// <summary>A partition is a grain: its name begins with the service ID and the type of the grain.</summary>
    protected override async IAsyncEnumerable<(string Place, string Key)> ListKeysAsync(
        EntityKind kind, string state, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = $"{service}_{state}{Replacement}";
        var (first, end) = (prefix + after, $"{service}_{state}{(char)(Replacement + 1)}");
        await foreach (var row in _journals.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey gt {first} and PartitionKey lt {end} and RowKey eq {state}"),
            select: [nameof(TableEntity.PartitionKey)],
            cancellationToken: cancellationToken))
        {
            var place = row.PartitionKey[prefix.Length..];
            yield return (place, RestoreKey(kind, place));
        }
    }

    /// <summary>Restores the slashes of a key. The name of a vault, and an upload ID, may contain the replacement; all else
    /// in keys may not. The index of a bucket has one slash less than the index of a vault.</summary>
    internal static string RestoreKey(EntityKind kind, string stored) => kind switch
    {
        EntityKind.Vault => Restore(stored, fromEnd: 0),
        EntityKind.Jobs => Restore(stored, fromEnd: 1),
        EntityKind.ArchiveShard => Restore(stored, fromEnd: 2),
        EntityKind.KeyLeaf => RestoreOfIndex(stored, SlashesOfLeaf),
        EntityKind.KeyRoutes => RestoreOfIndex(stored, SlashesOfRoutes),
        _ => stored,
    };

    private static string RestoreOfIndex(string stored, int slashesOfBucket) => stored.Count(Replacement) == slashesOfBucket
        ? stored.Replace(Replacement, Slash)
        : Restore(stored, fromEnd: slashesOfBucket);

    private static string Restore(string stored, int fromEnd)
    {
        var key = stored.ToCharArray();
        key[AccountId.Digits] = Slash;
        for (var at = key.Length - 1; fromEnd > 0; at--)
        {
            if (key[at] == Replacement)
            {
                key[at] = Slash;
                fromEnd--;
            }
        }

        return new string(key);
    }
}
