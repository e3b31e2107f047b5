using System.Runtime.CompilerServices;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Vaults;
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

    /// <summary>Notes all references of indexes without checking anything.</summary>
    public void NoteReferences(CancellationToken cancellationToken)
    {
        foreach (var shard in List(EntityKind.ArchiveShard, cancellationToken))
        {
            UnlessDamaged(() => agreement.Note(states.ReadShard(shard)));
        }

        foreach (var leaf in ListLeaves(cancellationToken))
        {
            UnlessDamaged(() => agreement.Note(states.ReadLeaf(leaf)));
        }
    }

    /// <summary>Finds leaves to which no other leaf leads. All references must have been noted.</summary>
    public IReadOnlyList<Damage> FindUnlinkedLeaves(CancellationToken cancellationToken)
    {
        var unlinked = new List<Damage>();
        foreach (var leaf in ListLeaves(cancellationToken))
        {
            UnlessDamaged(() =>
            {
                if (agreement.FindUnlinked(leaf) is { } damage)
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

    private IEnumerable<LeafId> ListLeaves(CancellationToken cancellationToken)
    {
        foreach (var entity in List(EntityKind.KeyLeaf, cancellationToken))
        {
            if (LeafId.TryParse(entity.Key, out var leaf))
            {
                yield return leaf;
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
            damage.Add(Of(entity, $"{entity} is not found by its name: the journal's index is damaged"));
            return (damage, 0);
        }

        try
        {
            var (state, historyBytes) = states.Read(entity);
            damage.AddRange(agreement.Find(entity, state));
            return (damage, historyBytes + (References(state) * ReferenceBytes));
        }
        catch (JournalDamagedException damaged)
        {
            damage.Add(Of(entity, damaged.Message));
            return (damage, 0);
        }
    }

    private static long References(object state) => state switch
    {
        AccountState account => account.Vaults.Count + account.Buckets.Count,
        ArchiveShardState shard => shard.Archives.Count,
        VaultState.Live vault => vault.Admissions.InFlight.Count + vault.Admissions.Pages.Count + vault.Shards.Count,
        UploadPageState page => page.Uploads.Count,
        KeyLeafState leaf => leaf.Entries.Count,
        KeyRoutesState routes => routes.Routes.Count,
        _ => 0,
    };

    private static Damage Of(EntityId entity, string what)
    {
        var damage = new Damage(DamageKind.History, what);
        return entity.Kind switch
        {
            EntityKind.Upload when UploadId.TryParse(entity.Key, out var upload) => damage with { Upload = upload },
            EntityKind.Vault when VaultId.TryParse(entity.Key, out var vault) => damage with { Vault = vault },
            EntityKind.Jobs when VaultIncarnation.TryParse(entity.Key, out var incarnation) => damage with { Vault = incarnation.Id },
            EntityKind.ArchiveShard or EntityKind.UploadPage when entity.Key.LastIndexOf('/') is > 0 and var slash
                && VaultIncarnation.TryParse(entity.Key[..slash], out var incarnation) => damage with { Vault = incarnation.Id },
            EntityKind.Bucket when BucketName.TryParse(entity.Key, out var bucket) => damage with { Bucket = bucket },
            EntityKind.KeyLeaf when LeafId.TryParse(entity.Key, out var leaf) => damage with { Bucket = leaf.Index.Bucket.Name },
            EntityKind.KeyRoutes when KeyIndexId.TryParse(entity.Key, out var index) => damage with { Bucket = index.Bucket.Name },
            _ => damage,
        };
    }
}
