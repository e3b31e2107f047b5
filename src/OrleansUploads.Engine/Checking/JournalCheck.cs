using System.Runtime.CompilerServices;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Checking;

/// <summary>Checks all histories of a journal: each must be readable, found by its name, and consistent with the histories
/// that it refers to.</summary>
internal sealed class JournalCheck(
    JournalInspection journal, EntityStates states, AgreementCheck agreement, ReadPace pace)
{
    // Estimated bytes read to check one reference: about one database page.
    private const int ReferenceBytes = 4096;

    /// <summary>Checks the histories after a place.</summary>
    /// <returns>Each place reached, with the damage found there.</returns>
    public async IAsyncEnumerable<(long Place, IReadOnlyList<Damage> Damage)> RunAsync(
        long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var stream in journal.ListStreams(after))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (damage, bytesRead) = Check(stream);
            await pace.ThrottleAsync(bytesRead, cancellationToken);
            yield return (stream.Place, damage);
        }
    }

    /// <summary>Notes what all indexes list without checking anything.</summary>
    public void NoteIndexes(CancellationToken cancellationToken)
    {
        foreach (var index in journal.ListStreams(EntityKind.ArchiveShard).Concat(journal.ListStreams(EntityKind.KeyLeaf)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            UnlessDamaged(() => agreement.Note(states.Read(index.Entity).State));
        }
    }

    /// <summary>Finds leaves to which no other leaf leads. All indexes must have been noted.</summary>
    public IReadOnlyList<Damage> FindUnlinkedLeaves(CancellationToken cancellationToken)
    {
        var unlinked = new List<Damage>();
        foreach (var stream in journal.ListStreams(EntityKind.KeyLeaf))
        {
            cancellationToken.ThrowIfCancellationRequested();
            UnlessDamaged(() =>
            {
                if (LeafId.TryParse(stream.Entity.Key, out var leaf) && agreement.FindUnlinked(leaf) is { } damage)
                {
                    unlinked.Add(damage);
                }
            });
        }

        return unlinked;
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
