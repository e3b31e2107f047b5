using System.Runtime.CompilerServices;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Checking;

/// <summary>Lists the references between the leaves of ordered indexes, their routes, their uploads, and their bucket or
/// vault.</summary>
/// <remarks>A leaf records a change before it tells an upload or another leaf, and repeats the message until that has recorded it. A
/// message that is still to be delivered is therefore not damage.</remarks>
internal sealed class LeafReferences(EntityStates states, ListedIds listed)
{
    /// <summary>How often a leaf may be met. A healthy path meets one twice at most; links in a circle are damage.</summary>
    private const int MaxVisits = 3;

    /// <summary>A leaf refers to its uploads, its right neighbour, and its bucket or vault.</summary>
    public async ValueTask<IEnumerable<Reference>> OfLeafAsync(KeyLeafState leaf, CancellationToken cancellationToken)
    {
        if (leaf.Phase == LeafPhase.Unborn)
        {
            return [];
        }

        var index = leaf.Leaf.Index;
        var owners = In(index);
        return (await ListOwnEntriesAsync(leaf, cancellationToken))
            .Select(entry => OfEntry(leaf, entry, owners with { Upload = entry.Upload, Key = index.Bucket is null ? null : entry.Key }))
            .Concat(OfRightNeighbour(leaf, owners))
            .Append(OfContainer(leaf, owners));
    }

    /// <summary>A leaf is in the routes only once it owns its keys, and always begins at the same key.</summary>
    public static IEnumerable<Reference> OfRoutes(EntityId entity, KeyRoutesState routes)
    {
        if (!KeyIndexId.TryParse(entity.Key, out var index))
        {
            return [];
        }

        return routes.Routes.Select(route =>
        {
            var leaf = new LeafId(index, route.Leaf);
            return Reference.Of<KeyLeafState>(leaf.Entity, route, In(index), found =>
                found.Phase is LeafPhase.Unborn or LeafPhase.Adopting
                    ? $"the routes name leaf {leaf}, but the journal has no history of it that is complete"
                    : found.From == route.From ? null : $"the routes name leaf {leaf}, which begins at another key");
        });
    }

    /// <summary>A leaf has the object, or lists the open upload once the upload has recorded this. An object leaves its leaf before its
    /// upload learns of it; until then the leaf has the release to deliver.</summary>
    public IEnumerable<Reference> OfUpload(UploadState.Known upload) => upload switch
    {
        UploadState.Stored { ReleasedAt: null, Spec: ObjectUploadSpec spec } => OfUpload(
            upload,
            spec.Upload,
            new KeyIndexId(spec.Name.Bucket, KeyTree.Objects),
            new KeyPosition(spec.Name.Key.ToString()),
            "the object is missing from the bucket's index: no leaf has it"),
        UploadState.Open { Listed: true } or UploadState.Completing { Before.Listed: true, Spec: ObjectUploadSpec } => OfUpload(
            upload,
            upload.Spec.Upload,
            upload.Spec.ListIndex,
            upload.Spec.ListEntry.PositionIn(KeyTree.Uploads),
            $"the upload is missing from the {ContainerOf(upload.Spec.ListIndex)}'s list of uploads: no leaf has it"),
        _ => [],
    };

    /// <summary>The leaves on the path from a leaf to a position. If the last one does not own the position, the path ends there.</summary>
    /// <exception cref="JournalDamagedException">A leaf on the path is damaged.</exception>
    public static async IAsyncEnumerable<KeyLeafState> FollowAsync(
        EntityStates states,
        KeyIndexId index,
        KeyPosition position,
        LeafName start,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var visits = new Dictionary<LeafName, int>();
        for (LeafName? at = start; at is { } name;)
        {
            var leaf = await states.ReadAsync<KeyLeafState>(new LeafId(index, name).Entity, cancellationToken);
            yield return leaf;
            visits[name] = visits.GetValueOrDefault(name) + 1;
            at = visits[name] < MaxVisits ? NextOf(leaf, name, position) : null;
        }
    }

    private static Damage In(KeyIndexId index) => new Damage(DamageKind.Index, "").In(index);

    /// <summary>The entries for which a leaf answers. During a split it keeps entries until it knows that the new leaf has them, and
    /// the new leaf may have changed them since.</summary>
    private async ValueTask<IEnumerable<KeyEntry>> ListOwnEntriesAsync(KeyLeafState leaf, CancellationToken cancellationToken)
    {
        if (leaf.Split is not { Next: not null } split)
        {
            return leaf.Entries;
        }

        var next = await ReadOrNullAsync(new LeafId(leaf.Leaf.Index, split.Right), cancellationToken);
        return leaf.Entries.Where(held => leaf.PositionOf(held) is var position
            && (position < split.At
                || (next is { Phase: LeafPhase.Unborn or LeafPhase.Adopting } && next.FindEntry(position) is null)));
    }

    private static Reference OfEntry(KeyLeafState leaf, KeyEntry entry, Damage owners)
    {
        var index = leaf.Leaf.Index;
        var position = entry.PositionIn(index.Tree);
        return Reference.Of<UploadState>(entry.Upload.Entity, entry, owners, upload =>
            position < leaf.From || position >= leaf.Upper ? $"leaf {leaf.Leaf} has the key, which is not in its range"
            : index is { Tree: KeyTree.Objects, Bucket: { } bucket } ? FaultOfObject(new ObjectName(bucket, entry.Key), entry, upload)
            : FaultOfListed(index, entry, upload));
    }

    /// <summary>A leaf publishes an object before its upload records the publication, and removes it before the upload records the
    /// release.</summary>
    private static string? FaultOfObject(ObjectName name, KeyEntry entry, UploadState upload) => upload switch
    {
        UploadState.Stored { ReleasedAt: not null } =>
            "the key has the object, but its upload has recorded that it was overwritten or deleted",
        UploadState.Known { Spec: ObjectUploadSpec spec, Completed: ObjectCompletion done } => FaultOfObject(name, entry, spec, done),
        UploadState.Unknown => "the key has an object, but the journal has no history of its upload",
        _ => "the key points to an upload that was never completed",
    };

    private static string? FaultOfObject(ObjectName name, KeyEntry entry, ObjectUploadSpec spec, ObjectCompletion completion) =>
        spec.Name != name ? "the key has an object, but its upload became the object of another key"
        : completion.SizeBytes != entry.SizeBytes || completion.ETag != entry.ETag
            ? "the key has an object, but its upload became one with another size or ETag"
        : null;

    /// <summary>An upload is listed after its initiation, and is no longer listed before it records that.</summary>
    private static string? FaultOfListed(KeyIndexId index, KeyEntry entry, UploadState upload) => upload switch
    {
        UploadState.Stored { Unlisted: true } or UploadState.Completing { Unlisted: true } or UploadState.Ended { Closed: true } =>
            $"the {ContainerOf(index)} lists the upload, but the upload has recorded that it no longer does",
        UploadState.Known { Spec: var spec } => spec.ListIndex == index && spec.ListEntry.Key == entry.Key
            ? null
            : $"the {ContainerOf(index)} lists an upload that is not its own",
        _ => $"the {ContainerOf(index)} lists the upload, but the journal has no history of it",
    };

    private static string ContainerOf(KeyIndexId index) => index.Vault is null ? "bucket" : "vault";

    /// <summary>During a split, the new leaf has at least what the leaf has moved.</summary>
    private static IEnumerable<Reference> OfRightNeighbour(KeyLeafState leaf, Damage owners)
    {
        if (leaf is not { Phase: LeafPhase.Live or LeafPhase.Sealed, Next: { } next, End: { } end })
        {
            yield break;
        }

        var right = new LeafId(leaf.Leaf.Index, next);
        var moved = leaf.Split is { Next: not null } split ? split.Sequence : (long?)null;
        yield return Reference.Of<KeyLeafState>(right.Entity, null, owners, found => found.Phase switch
        {
            LeafPhase.Unborn or LeafPhase.Adopting when found.Adopted >= moved => null,
            LeafPhase.Unborn => $"leaf {leaf.Leaf} leads to leaf {right}, but the journal has no history of it",
            LeafPhase.Adopting => $"leaf {leaf.Leaf} leads to leaf {right}, which has not taken over all of its keys",
            LeafPhase.Given or LeafPhase.Gone => $"leaf {leaf.Leaf} leads to leaf {right}, which has given its keys away",
            _ => found.From == end ? null : $"leaf {leaf.Leaf} ends at one key, but its right neighbour {right} starts at another",
        });
    }

    private static Reference OfContainer(KeyLeafState leaf, Damage owners) => leaf.Leaf.Index switch
    {
        { Vault: { } vault } => Reference.Of<VaultState>(vault.Id.Entity, null, owners, found => found.Epoch < vault.Epoch
            ? $"leaf {leaf.Leaf} has a history, but the journal has none of this incarnation of the vault"
            : null),
        { Bucket: { } bucket } => Reference.Of<BucketState>(bucket.Name.Entity, null, owners, found => FaultOf(leaf, bucket, found)),
        _ => throw new InvalidOperationException($"The index of leaf {leaf.Leaf} belongs to neither a bucket nor a vault."),
    };

    /// <summary>A bucket records each step of its deletion before the leaf hears of it.</summary>
    private static string? FaultOf(KeyLeafState leaf, BucketIncarnation incarnation, BucketState bucket)
    {
        var index = leaf.Leaf.Index;
        if (bucket.Incarnation.Epoch < incarnation.Epoch)
        {
            return $"leaf {leaf.Leaf} has a history, but the journal has none of this incarnation of the bucket";
        }

        if (leaf.SealStep > bucket.Steps)
        {
            return $"leaf {leaf.Leaf} has recorded step {leaf.SealStep} of a deletion of its bucket, but the bucket only {bucket.Steps}";
        }

        var exists = bucket.Phase != BucketPhase.None && bucket.Incarnation == incarnation;
        if (!exists && index.Tree == KeyTree.Objects && !leaf.Entries.IsEmpty)
        {
            return $"the bucket was deleted, but leaf {leaf.Leaf} has objects";
        }

        return exists && bucket.Phase == BucketPhase.Live && leaf.Phase == LeafPhase.Sealed
            ? $"leaf {leaf.Leaf} takes no entries, although its bucket is not being deleted"
            : null;
    }

    /// <summary>A leaf on the path to its position has the upload now. Its leaf may have been noted before the upload came in.</summary>
    private IEnumerable<Reference> OfUpload(UploadState state, UploadId upload, KeyIndexId index, KeyPosition position, string missing)
    {
        if (listed.HasKey(index.Tree, upload))
        {
            yield break;
        }

        yield return Reference.Of<KeyRoutesState>(index.Routes, null, Damage.Of(state, DamageKind.Index, ""), async (routes, cancellationToken) =>
        {
            var start = routes.IndexOf(position) is >= 0 and var route ? routes.Routes[route].Leaf : LeafName.First;
            return await FollowAsync(states, index, position, start, cancellationToken).AnyAsync(
                leaf => leaf.FindEntry(position)?.Upload == upload || leaf.Releases.ContainsKey(upload.ToString()),
                cancellationToken)
                    ? null
                    : missing;
        });
    }

    /// <summary>Where a leaf leads a request for a position, or null if the path ends at the leaf.</summary>
    private static LeafName? NextOf(KeyLeafState leaf, LeafName name, KeyPosition position)
    {
        switch (leaf.Phase)
        {
            case LeafPhase.Unborn or LeafPhase.Adopting:
                return name == LeafName.First ? null : LeafName.First;
            case LeafPhase.Giving or LeafPhase.Given or LeafPhase.Gone:
                return leaf.Left ?? LeafName.First;
            default:
                // During a split, the right neighbour can be reached before the new leaf leads to it.
                return position < leaf.From ? LeafName.First
                    : position >= leaf.Upper ? leaf.Right
                    : position >= leaf.End ? leaf.Next
                    : null;
        }
    }

    private async ValueTask<KeyLeafState?> ReadOrNullAsync(LeafId leaf, CancellationToken cancellationToken)
    {
        try
        {
            return await states.ReadAsync<KeyLeafState>(leaf.Entity, cancellationToken);
        }
        catch (JournalDamagedException)
        {
            // Reported when the leaf's history is checked.
            return null;
        }
    }
}
