using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansUploads.Cluster.Moving;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Silo.Checking;

/// <summary>The decisions of a cluster, whose silos may be running. Nothing is written.</summary>
internal abstract class ClusterJournal(ClusterDecisions decisions) : IInspectedJournal
{
    private const char Slash = '/';

    private static readonly EntityKind[] Kinds = [.. Enum.GetValues<EntityKind>().Order()];

    /// <summary>Entities share nothing, and no row counts them. A lost one is noticed by those that refer to it.</summary>
    public IReadOnlyList<string> CheckWhole() => [];

    /// <summary>In the order of the kinds, and within a kind of the storage.</summary>
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

    /// <summary>Lists the keys of the entities of a kind, in the order of their places.</summary>
    /// <param name="state">The name of their state in the storage.</param>
    /// <param name="after">The place after which to start, or "" for the beginning.</param>
    protected abstract IAsyncEnumerable<(string Place, string Key)> ListKeysAsync(
        EntityKind kind, string state, string after, CancellationToken cancellationToken);
}
