using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Checking;

/// <summary>Something that an entity says about another one.</summary>
/// <param name="To">The other entity.</param>
/// <param name="Claim">What is said, or null if an entity says only one thing about the other.</param>
/// <param name="Owners">The damage, without a description, if the other entity says something else.</param>
/// <param name="FindFaultAsync">Describes how a state of the other entity contradicts it, or returns null.</param>
internal sealed record Reference(
    EntityId To, object? Claim, Damage Owners, Func<object, CancellationToken, ValueTask<string?>> FindFaultAsync)
{
    /// <summary>Creates a reference.</summary>
    /// <typeparam name="TState">The states of the other entity's kind.</typeparam>
    public static Reference Of<TState>(EntityId to, object? claim, Damage owners, Func<TState, string?> findFault) =>
        Of<TState>(to, claim, owners, (state, _) => ValueTask.FromResult(findFault(state)));

    /// <inheritdoc cref="Of{TState}(EntityId, object?, Damage, Func{TState, string?})"/>
    public static Reference Of<TState>(
        EntityId to, object? claim, Damage owners, Func<TState, CancellationToken, ValueTask<string?>> findFault) =>
        new(to, claim, owners, (state, cancellationToken) => findFault((TState)state, cancellationToken));

    /// <summary>Whether a later state of the entity still says the same.</summary>
    public bool IsSame(Reference later) => later.To == To && Equals(later.Claim, Claim);
}

/// <summary>Lists the references of an entity.</summary>
/// <param name="states">Reads the leaves on the path to a position.</param>
/// <param name="listed">What the indexes list. An upload in it needs no look at its index.</param>
internal sealed class References(EntityStates states, ListedIds listed)
{
    private readonly LeafReferences _leaves = new(states, listed);

    /// <summary>Lists the references of an entity in a state.</summary>
    public async ValueTask<IEnumerable<Reference>> OfAsync(EntityId entity, object state, CancellationToken cancellationToken) => state switch
    {
        AccountState account => OfVaults(account).Concat(OfBuckets(account)),
        VaultState.Live vault => OfTotals(vault),
        ArchiveShardState shard => OfArchives(shard),
        UploadState.Stored { ReleasedAt: null, Spec: ArchiveUploadSpec spec, Completion: ArchiveCompletion archive } stored =>
            OfArchive(stored, spec, archive),
        UploadState.Known upload => _leaves.OfUpload(upload),
        BucketState { Phase: not BucketPhase.None } bucket => [OfOwner(bucket)],
        KeyLeafState leaf => await _leaves.OfLeafAsync(leaf, cancellationToken),
        KeyRoutesState routes => LeafReferences.OfRoutes(entity, routes),
        _ => [],
    };

    private static Damage In(VaultId vault) => new(DamageKind.Index, "") { Vault = vault };

    private static IEnumerable<Reference> OfVaults(AccountState account) =>
        from vault in account.Vaults.Values
        where vault.Confirmed
        let incarnation = vault.Incarnation
        select Reference.Of<VaultState>(incarnation.Id.Entity, vault, In(incarnation.Id), found => found switch
        {
            VaultState.Live live when live.Incarnation == incarnation => null,
            VaultState.Deleted deleted when deleted.Incarnation == incarnation => null,
            VaultState.Unknown => "the account has the vault, but the journal has no history of it",
            _ => "the account has a different incarnation of the vault than the vault itself",
        });

    /// <summary>A bucket tells its account of its deletion until the account has recorded it.</summary>
    private static IEnumerable<Reference> OfBuckets(AccountState account)
    {
        foreach (var listed in account.Buckets.Values)
        {
            if (listed.Bucket is { Bucket: var incarnation })
            {
                var owners = new Damage(DamageKind.Index, "") { Bucket = listed.Name };
                yield return Reference.Of<BucketState>(incarnation.Name.Entity, listed, owners, bucket =>
                    (bucket.Phase != BucketPhase.None && bucket.Incarnation == incarnation)
                    || bucket.Deleted.Exists(deleted => deleted.Bucket == incarnation)
                        ? null
                        : bucket.Incarnation.Epoch < incarnation.Epoch
                            ? "the account has the bucket, but the journal has no history of it"
                            : "the account has a different incarnation of the bucket than the bucket itself");
            }
        }
    }

    /// <summary>An account claims a name before it has the bucket, and has it until it was told of its deletion.</summary>
    private static Reference OfOwner(BucketState bucket)
    {
        var (incarnation, owner) = (bucket.Incarnation, bucket.Owner);
        var owners = new Damage(DamageKind.Index, "") { Bucket = incarnation.Name };
        return Reference.Of<AccountState>(owner.Entity, incarnation, owners, account =>
            account.Buckets.GetValueOrDefault(incarnation.Name.ToString()) switch
            {
                null => $"the bucket belongs to account {owner}, but the account does not have it",
                { Bucket: null } listed => listed.Claim == bucket.Claim
                    ? null
                    : $"the bucket was created for claim {bucket.Claim} of account {owner}, but the account knows claim {listed.Claim}",
                { Bucket: { } known } => known.Bucket == incarnation
                    ? null
                    : "the account has a different incarnation of the bucket than the bucket itself",
            });
    }

    /// <summary>Shards report a change to the vault after recording it, so the vault never knows one that they have not
    /// recorded.</summary>
    private static IEnumerable<Reference> OfTotals(VaultState.Live vault)
    {
        var incarnation = vault.Incarnation;
        var owners = In(incarnation.Id);
        foreach (var totals in vault.Shards.Values)
        {
            var shard = incarnation.ArchiveShard(totals.Shard);
            yield return Reference.Of<ArchiveShardState>(shard, null, owners, found => found.Totals.Version >= totals.Version
                ? null
                : $"the vault knows change {totals.Version} of {shard}, but the journal has only {found.Totals.Version}: "
                    + "archives are lost");
        }
    }

    private static IEnumerable<Reference> OfArchives(ArchiveShardState shard) =>
        from archive in shard.Archives
        where archive.DeletedIn is null
        let entry = archive.Entry
        let owners = In(shard.Vault.Id) with { Archive = entry.Archive, Upload = entry.Upload }
        select Reference.Of<UploadState>(entry.Upload.Entity, entry.Archive, owners, upload => upload switch
        {
            UploadState.Stored { ReleasedAt: not null } => "the index has the archive, but its upload has recorded its deletion",
            UploadState.Known { Completed: ArchiveCompletion done } when done.Archive == entry.Archive => null,
            UploadState.Unknown => "the index has the archive, but the journal has no history of its upload",
            _ => "the index has the archive, but its upload is not completed",
        });

    /// <summary>A deleted archive leaves the index before its upload learns of the deletion, so an archive that is neither listed nor
    /// remembered as deleted is lost.</summary>
    private IEnumerable<Reference> OfArchive(UploadState.Stored upload, ArchiveUploadSpec spec, ArchiveCompletion completion)
    {
        if (!listed.HasArchive(spec.Upload))
        {
            var shard = spec.Vault.ArchiveShard(completion.Archive);
            yield return Reference.Of<ArchiveShardState>(shard, null, Damage.Of(upload, DamageKind.Index, ""), found =>
                found.FindArchive(completion.Archive) is null && !found.Deleted.ContainsKey(completion.Archive)
                    ? $"the archive is missing from the vault's index: it is not in {shard}"
                    : null);
        }
    }
}
