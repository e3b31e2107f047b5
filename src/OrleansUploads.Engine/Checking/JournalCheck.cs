using System.Runtime.CompilerServices;
using OrleansUploads.Core.Keys;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Checking;

/// <summary>Checks all histories of a journal: each must be readable, found by its name, and consistent with the histories
/// that it refers to.</summary>
internal sealed class JournalCheck(
    JournalInspection journal, EntityStates states, AgreementCheck agreement, ReadPace pace)
{
    private const int StreamsAtOnce = 256;

    // Estimated bytes read to check one reference: about one database page.
    private const int ReferenceBytes = 4096;

    /// <summary>Checks the histories after a place.</summary>
    /// <returns>Each place reached, with the damage found there.</returns>
    public async IAsyncEnumerable<(long Place, IReadOnlyList<Damage> Damage)> RunAsync(
        long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var streams = journal.ListStreams(after, StreamsAtOnce);
            if (streams.Count == 0)
            {
                yield break;
            }

            foreach (var stream in streams)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (damage, bytesRead) = Check(stream);
                await pace.ThrottleAsync(bytesRead, cancellationToken);
                after = stream.Place;
                yield return (after, damage);
            }
        }
    }

    /// <summary>Notes what all indexes list without checking anything.</summary>
    public void NoteIndexes(CancellationToken cancellationToken)
    {
        foreach (var index in List(EntityKind.ArchiveShard, cancellationToken).Concat(List(EntityKind.KeyLeaf, cancellationToken)))
        {
            UnlessDamaged(() => agreement.Note(states.Read(index).State));
        }
    }

    /// <summary>Finds leaves to which no other leaf leads. All indexes must have been noted.</summary>
    public IReadOnlyList<Damage> FindUnlinkedLeaves(CancellationToken cancellationToken)
    {
        var unlinked = new List<Damage>();
        foreach (var entity in List(EntityKind.KeyLeaf, cancellationToken))
        {
            UnlessDamaged(() =>
            {
                if (LeafId.TryParse(entity.Key, out var leaf) && agreement.FindUnlinked(leaf) is { } damage)
                {
                    unlinked.Add(damage);
                }
            });
        }

        return unlinked;
    }

    private IEnumerable<EntityId> List(EntityKind kind, CancellationToken cancellationToken)
    {
        long after = 0;
        while (journal.ListStreams(kind, after, StreamsAtOnce) is { Count: > 0 } streams)
        {
            foreach (var stream in streams)
            {
                cancellationToken.ThrowIfCancellationRequested();
                after = stream.Place;
                yield return stream.Entity;
            }
        }
    }

    /// <summary>Damaged histories are reported when they are checked themselves.</summary>
    private static void UnlessDamaged(Action read)
    {
        try
        {
            read();
        }
        catch (JournalDamagedException)
        {
        }
    }

    private (IReadOnlyList<Damage> Damage, long BytesRead) Check(ListedStream stream)
    {
        var entity = stream.Entity;
        var damage = new List<Damage>();
        if (!stream.IsFoundByName)
        {
            damage.Add(Damage.Of(entity, $"{entity} is not found by its name: the journal's index is damaged"));
            return (damage, 0);
        }

        try
        {
            var read = states.Read(entity);
            var before = agreement.Checked;
            agreement.Note(read.State);
            if (entity.Kind != EntityKind.Upload)
            {
                // An upload is checked with its bytes, when all indexes have been noted.
                damage.AddRange(agreement.Find(entity, read.State));
            }

            return (damage, read.HistoryBytes + ((agreement.Checked - before) * ReferenceBytes));
        }
        catch (JournalDamagedException damaged)
        {
            damage.Add(Damage.Of(entity, damaged.Message));
            return (damage, 0);
        }
    }
}
