using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Moving;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Silo.Storage;

/// <summary>The decisions of a cluster on Azure Storage, whose silos may be running. Nothing is written.</summary>
internal sealed class AzureJournal(ClusterDecisions decisions, TableServiceClient tables, string service) : IInspectedJournal
{
    private const char Slash = '/';

    /// <summary>What Orleans writes instead of a slash, which no key in a table may contain.</summary>
    private const char Replacement = '_';

    private const int SlashesOfRoutes = 2;
    private const int SlashesOfLeaf = 3;

    private static readonly EntityKind[] Kinds = [.. Enum.GetValues<EntityKind>().Order()];

    private readonly TableClient _journals = tables.GetTableClient(AzureStores.JournalTable);

    /// <summary>Entities share nothing, and no row counts them. A lost one is noticed by those that refer to it.</summary>
    public IReadOnlyList<string> CheckWhole() => [];

    /// <summary>Lists the entities in the order of their kinds, and within a kind in the order of the storage.</summary>
    public async IAsyncEnumerable<ListedEntity> ListStreamsAsync(
        EntityKind? kind, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var slash = after.IndexOf(Slash, StringComparison.Ordinal);
        var first = slash < 0 ? Kinds[0] : (EntityKind)int.Parse(after[..slash], CultureInfo.InvariantCulture);
        foreach (var listed in Kinds.Where(listed => listed >= first && listed == (kind ?? listed)))
        {
            var place = slash >= 0 && listed == first ? after[(slash + 1)..] : "";
            await foreach (var (at, key) in ListKeysAsync(listed, decisions.StateNameOf(listed), place, cancellationToken))
            {
                yield return new ListedEntity(
                    string.Create(CultureInfo.InvariantCulture, $"{(int)listed}{Slash}{at}"), new EntityId(listed, key));
            }
        }
    }

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        decisions.InspectAsync(entity, cancellationToken);

    /// <summary>A partition is a grain: its name begins with the service ID and the type of the grain.</summary>
    private async IAsyncEnumerable<(string Place, string Key)> ListKeysAsync(
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
