using System.Runtime.CompilerServices;

namespace OrleansUploads.Engine.Checking;

/// <summary>Checks all histories of a journal: each must be readable, found by its name, and consistent with the histories
/// that it refers to.</summary>
internal sealed class JournalCheck(
    IInspectedJournal journal, EntityStates states, AgreementCheck agreement, ReadPace pace)
{
    // Estimated bytes read to check one reference: about one database page.
    private const int ReferenceBytes = 4096;

    /// <summary>Checks the histories after a place.</summary>
    /// <returns>Each place reached, with the damage found there.</returns>
    public async IAsyncEnumerable<(string Place, IReadOnlyList<Damage> Damage)> RunAsync(
        string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var stream in journal.ListStreamsAsync(kind: null, after, cancellationToken))
        {
            var (damage, bytesRead) = await CheckAsync(stream, cancellationToken);
            await pace.ThrottleAsync(bytesRead, cancellationToken);
            yield return (stream.Place, damage);
        }
    }

    /// <summary>Notes what all indexes list without checking anything.</summary>
    public async ValueTask NoteIndexesAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in (EntityKind[])[EntityKind.ArchiveShard, EntityKind.KeyLeaf])
        {
            await foreach (var index in journal.ListStreamsAsync(kind, "", cancellationToken))
            {
                await UnlessDamagedAsync(async () => agreement.Note((await states.ReadAsync(index.Entity, cancellationToken)).State));
            }
        }
    }

    /// <summary>Finds leaves to which no other leaf leads. All indexes must have been noted.</summary>
    public async ValueTask<IReadOnlyList<Damage>> FindUnlinkedLeavesAsync(CancellationToken cancellationToken)
    {
        var unlinked = new List<Damage>();
        await foreach (var stream in journal.ListStreamsAsync(EntityKind.KeyLeaf, "", cancellationToken))
        {
            await UnlessDamagedAsync(async () =>
            {
                if (LeafId.TryParse(stream.Entity.Key, out var leaf)
                    && await agreement.FindUnlinkedAsync(leaf, cancellationToken) is { } damage)
                {
                    unlinked.Add(damage);
                }
            });
        }

        return unlinked;
    }

    /// <summary>Damaged histories are reported when they are checked themselves.</summary>
    private static async ValueTask UnlessDamagedAsync(Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (JournalDamagedException)
        {
        }
    }

    private async ValueTask<(IReadOnlyList<Damage> Damage, long BytesRead)> CheckAsync(
        ListedEntity stream, CancellationToken cancellationToken)
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
            var read = await states.ReadAsync(entity, cancellationToken);
            var before = agreement.Checked;
            agreement.Note(read.State);
            if (entity.Kind != EntityKind.Upload)
            {
                // An upload is checked with its bytes, when all indexes have been noted.
                damage.AddRange(await agreement.FindAsync(entity, read.State, cancellationToken).ToListAsync(cancellationToken));
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
