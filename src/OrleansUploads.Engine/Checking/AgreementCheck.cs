using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Messages.Vaults;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Checking;

/// <summary>Whether entities that refer to others find them as they must be. If not, a history is lost or older than others.</summary>
/// <remarks>An entity that ends is taken out of what refers to it first. So what seems to be missing is damage only if what refers
/// to it still does, read again afterwards.</remarks>
internal sealed partial class AgreementCheck(EntityStates states, IndexedUploads indexed)
{
    /// <summary>What of an entity's references is not as it must be.</summary>
    /// <exception cref="JournalDamagedException">The entity's own history is not what was written.</exception>
    public IEnumerable<Damage> Find(EntityId entity, object state) => state switch
    {
        AccountState account => Find(entity, account),
        VaultState.Live vault => Find(entity, vault),
        ArchiveShardState shard => Find(entity, shard),
        UploadPageState page => Find(entity, page),
        _ => [],
    };

    /// <summary>Notes the archives of a shard without looking at them.</summary>
    public void Note(ArchiveShardState shard)
    {
        foreach (var (archive, entry) in shard.Archives)
        {
            if (entry.DeletedIn is null)
            {
                indexed.Add(entry.Entry.Upload);
            }
        }
    }

    private IEnumerable<Damage> Find(EntityId account, AccountState state)
    {
        foreach (var vault in state.Vaults.Values)
        {
            var id = vault.Incarnation.Id;
            if (vault.Confirmed && FaultOf(id, vault.Incarnation) is { } wrong
                && states.ReadAccount(account).Vaults.GetValueOrDefault(id.Name.ToString()) == vault)
            {
                yield return new Damage(DamageKind.Index, wrong) { Vault = id };
            }
        }
    }

    private IEnumerable<Damage> Find(EntityId entity, VaultState.Live vault)
    {
        foreach (var spec in vault.Uploads.Values)
        {
            if (!vault.NotBegun.Contains(spec.Upload)
                && FaultOf(spec) is { } wrong
                && states.ReadVault(entity) is VaultState.Live still
                && still.Uploads.ContainsKey(spec.Upload.ToString()))
            {
                yield return new Damage(DamageKind.Index, wrong) { Upload = spec.Upload, Vault = vault.Incarnation.Id };
            }
        }

        foreach (var counts in vault.Admissions.Pages.Values)
        {
            if (FaultOf(vault.Incarnation, counts) is { } wrong && states.ReadVault(entity) is VaultState.Live still && still.Incarnation == vault.Incarnation)
            {
                yield return new Damage(DamageKind.Index, wrong) { Vault = vault.Incarnation.Id };
            }
        }

        foreach (var totals in vault.Shards.Values)
        {
            if (FaultOf(vault.Incarnation, totals) is { } wrong && states.ReadVault(entity) is VaultState.Live still && still.Incarnation == vault.Incarnation)
            {
                yield return new Damage(DamageKind.Index, wrong) { Vault = vault.Incarnation.Id };
            }
        }
    }

    private IEnumerable<Damage> Find(EntityId entity, ArchiveShardState shard)
    {
        Note(shard);
        foreach (var (archive, entry) in shard.Archives)
        {
            if (entry.DeletedIn is null
                && FaultOf(entry.Entry) is { } wrong
                && states.ReadShard(entity).FindArchive(archive) is not null)
            {
                yield return new Damage(DamageKind.Index, wrong)
                {
                    Archive = archive,
                    Upload = entry.Entry.Upload,
                    Vault = shard.Vault.Id,
                };
            }
        }
    }

    private string? FaultOf(VaultId vault, VaultIncarnation life) => Ask(() => states.ReadVault(vault.Entity) switch
    {
        VaultState.Live live when live.Incarnation == life => null,
        VaultState.Deleted deleted when deleted.Incarnation == life => null,
        VaultState.Unknown => "the account has the vault, but the journal has no history of it",
        _ => "the account has another life of the vault than the vault itself",
    });

    private string? FaultOf(UploadSpec spec) => Ask(() => states.ReadUpload(spec.Upload).State is UploadState.Unknown
        ? "the vault lists the upload, but the journal has no history of it"
        : null);

    /// <summary>The vault is told after a change is durable, and so never knows of one that its shard does not.</summary>
    private string? FaultOf(VaultIncarnation life, ShardTotals totals) => Ask(() =>
    {
        var shard = life.ArchiveShard(totals.Shard);
        var version = states.ReadShard(shard).Totals.Version;
        return version >= totals.Version
            ? null
            : $"the vault was told of change {totals.Version} of {shard}, but the journal has only {version}: archives are lost";
    });

    private string? FaultOf(ArchiveEntry entry) => Ask(() => states.ReadUpload(entry.Upload).State switch
    {
        UploadState.Completed { ReleasedAt: not null } => "the index has the archive, but its upload was told that it is deleted",
        UploadState.Completed done when done.Archive == entry.Archive => null,
        UploadState.Unknown => "the index has the archive, but the journal has no history of its upload",
        _ => "the index has the archive, but its upload is not completed",
    });

    private static string? Ask(Func<string?> ask)
    {
        try
        {
            return ask();
        }
        catch (JournalDamagedException damaged)
        {
            return $"what it refers to is damaged: {damaged.Message}";
        }
    }
}
