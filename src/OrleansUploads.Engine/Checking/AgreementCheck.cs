using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Checking;

/// <summary>Checks that entities are consistent with the entities that they refer to. If not, a history is lost or
/// outdated.</summary>
/// <remarks>References to an entity are removed before the entity ends. A missing entity is therefore damage only if the
/// reference is still there when it is read again afterwards.</remarks>
internal sealed partial class AgreementCheck(EntityStates states, IndexedReferences indexed)
{
    /// <summary>Returns the inconsistent references of an entity.</summary>
    /// <exception cref="JournalDamagedException">The entity's own history differs from what was written.</exception>
    public IEnumerable<Damage> Find(EntityId entity, object state) => state switch
    {
        AccountState account => Find(entity, account).Concat(FindInBuckets(entity, account)),
        VaultState.Live vault => Find(entity, vault),
        ArchiveShardState shard => Find(entity, shard),
        UploadPageState page => Find(entity, page),
        BucketState bucket => Find(entity, bucket),
        KeyLeafState leaf => Find(entity, leaf),
        KeyRoutesState routes => Find(entity, routes),
        _ => [],
    };

    /// <summary>Notes the archives of a shard without checking them.</summary>
    public void Note(ArchiveShardState shard)
    {
        foreach (var (archive, entry) in shard.Archives)
        {
            if (entry.DeletedIn is null)
            {
                indexed.Archives.Add(entry.Entry.Upload);
            }
        }
    }

    private IEnumerable<Damage> Find(EntityId account, AccountState state)
    {
        foreach (var vault in state.Vaults.Values)
        {
            var id = vault.Incarnation.Id;
            if (vault.Confirmed && FaultOf(vault.Incarnation) is { } fault
                && states.ReadAccount(account).Vaults.GetValueOrDefault(id.Name.ToString()) == vault)
            {
                yield return new Damage(DamageKind.Index, fault) { Vault = id };
            }
        }
    }

    private IEnumerable<Damage> Find(EntityId entity, VaultState.Live vault)
    {
        foreach (var admission in vault.Admissions.InFlight.Values)
        {
            var upload = admission.Spec.Upload;
            if (admission is { IsPaged: false, Begun: true }
                && FaultOf(admission.Spec) is { } fault
                && states.ReadVault(entity) is VaultState.Live still
                && still.Admissions.Find(upload) is not null)
            {
                yield return new Damage(DamageKind.Index, fault) { Upload = upload, Vault = vault.Incarnation.Id };
            }
        }

        var countFaults = vault.Admissions.Pages.Values.Select(counts => FaultOf(vault.Incarnation, counts))
            .Concat(vault.Shards.Values.Select(totals => FaultOf(vault.Incarnation, totals)));
        foreach (var fault in countFaults.OfType<string>())
        {
            if (states.ReadVault(entity) is VaultState.Live still && still.Incarnation == vault.Incarnation)
            {
                yield return new Damage(DamageKind.Index, fault) { Vault = vault.Incarnation.Id };
            }
        }
    }

    private IEnumerable<Damage> Find(EntityId entity, ArchiveShardState shard)
    {
        Note(shard);
        foreach (var (archive, entry) in shard.Archives)
        {
            if (entry.DeletedIn is null
                && FaultOf(entry.Entry) is { } fault
                && states.ReadShard(entity).FindArchive(archive) is not null)
            {
                yield return new Damage(DamageKind.Index, fault)
                {
                    Archive = archive,
                    Upload = entry.Entry.Upload,
                    Vault = shard.Vault.Id,
                };
            }
        }
    }

    private string? FaultOf(VaultIncarnation incarnation) => DescribeFault(() => states.ReadVault(incarnation.Id.Entity) switch
    {
        VaultState.Live live when live.Incarnation == incarnation => null,
        VaultState.Deleted deleted when deleted.Incarnation == incarnation => null,
        VaultState.Unknown => "the account has the vault, but the journal has no history of it",
        _ => "the account has a different incarnation of the vault than the vault itself",
    });

    private string? FaultOf(UploadSpec spec) => DescribeFault(() => states.ReadUpload(spec.Upload).State is UploadState.Unknown
        ? "the vault lists the upload, but the journal has no history of it"
        : null);

    /// <summary>Compares a shard with its vault. The shard reports a change to the vault after recording it, so the vault
    /// never knows a change that the shard has not recorded.</summary>
    private string? FaultOf(VaultIncarnation incarnation, ShardTotals totals) => DescribeFault(() =>
    {
        var shard = incarnation.ArchiveShard(totals.Shard);
        var version = states.ReadShard(shard).Totals.Version;
        return version >= totals.Version
            ? null
            : $"the vault knows change {totals.Version} of {shard}, but the journal has only {version}: archives are lost";
    });

    private string? FaultOf(ArchiveEntry entry) => DescribeFault(() => states.ReadUpload(entry.Upload).State switch
    {
        UploadState.Completed { ReleasedAt: not null } => "the index has the archive, but its upload has recorded its deletion",
        UploadState.Completed done when done.Archive == entry.Archive => null,
        UploadState.Unknown => "the index has the archive, but the journal has no history of its upload",
        _ => "the index has the archive, but its upload is not completed",
    });

    private static string? DescribeFault(Func<string?> find)
    {
        try
        {
            return find();
        }
        catch (JournalDamagedException damaged)
        {
            return $"a referenced entity is damaged: {damaged.Message}";
        }
    }
}
