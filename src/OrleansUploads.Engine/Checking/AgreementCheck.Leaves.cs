using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Checking;

/// <content>Checks the leaves of a bucket's ordered indexes against each other, their routes and their uploads.</content>
/// <remarks>A leaf records a change before it tells an upload or another leaf, and repeats the message until that has recorded it. A
/// message that is still to be delivered is therefore not damage.</remarks>
internal sealed partial class AgreementCheck
{
    /// <summary>How often a leaf is looked for. A further time is needed if leaves on the path are merged meanwhile.</summary>
    private const int MaxSearches = 3;

    /// <summary>Notes what a leaf refers to without checking it.</summary>
    public void Note(KeyLeafState leaf)
    {
        var index = leaf.Leaf.Index;
        var uploads = index.Tree == KeyTree.Objects ? indexed.Objects : indexed.ObjectUploads;
        foreach (var entry in leaf.Entries.Values)
        {
            uploads.Add(entry.Upload);
        }

        foreach (var release in leaf.Releases.Values)
        {
            uploads.Add(release.Upload);
        }

        if (leaf.Phase is LeafPhase.Live or LeafPhase.Sealed)
        {
            NoteLink(leaf.Next);
            NoteLink(leaf.Right);
        }

        void NoteLink(LeafName? name)
        {
            if (name is { } next)
            {
                indexed.Leaves.Add(new LeafId(index, next));
            }
        }
    }

    /// <summary>Returns the damage if no other leaf leads to a leaf that owns keys. All leaves must have been noted.</summary>
    /// <exception cref="JournalDamagedException">A leaf on the way to it is damaged.</exception>
    public Damage? FindUnlinked(LeafId leaf)
    {
        if (leaf.Name == LeafName.First || indexed.Leaves.Contains(leaf))
        {
            return null;
        }

        for (var searches = 0; searches < MaxSearches; searches++)
        {
            var state = states.ReadLeaf(leaf);
            if (state.Phase is not (LeafPhase.Adopting or LeafPhase.Live or LeafPhase.Sealed)
                || LeafPath.Follow(states, leaf.Index, state.From, state.Left ?? LeafName.First)
                    .Any(left => left.Next == leaf.Name || left.Right == leaf.Name))
            {
                return null;
            }
        }

        return new Damage(DamageKind.Index, $"no other leaf leads to leaf {leaf}, so listings leave its keys out")
        {
            Bucket = leaf.Index.Bucket.Name,
        };
    }

    private IEnumerable<Damage> Find(EntityId entity, KeyLeafState leaf)
    {
        if (leaf.Phase == LeafPhase.Unborn)
        {
            yield break;
        }

        Note(leaf);
        var index = leaf.Leaf.Index;
        foreach (var entry in OwnEntries(leaf))
        {
            if (FaultOf(leaf, entry) is { } fault && OwnEntries(ReadLeaf(entity)).Contains(entry))
            {
                yield return new Damage(DamageKind.Index, fault) { Upload = entry.Upload, Bucket = index.Bucket.Name, Key = entry.Key };
            }
        }

        Func<KeyLeafState, string?>[] checks = [FaultOfLink, FaultOfBucket];
        foreach (var findFault in checks)
        {
            if (findFault(leaf) is { } fault && findFault(ReadLeaf(entity)) == fault)
            {
                yield return new Damage(DamageKind.Index, fault) { Bucket = index.Bucket.Name };
            }
        }
    }

    private IEnumerable<Damage> Find(EntityId entity, KeyRoutesState routes)
    {
        if (!KeyIndexId.TryParse(entity.Key, out var index))
        {
            yield break;
        }

        foreach (var route in routes.Routes)
        {
            if (FaultOf(index, route) is { } fault && states.ReadRoutes(index).Routes.Contains(route))
            {
                yield return new Damage(DamageKind.Index, fault) { Bucket = index.Bucket.Name };
            }
        }
    }

    /// <summary>The entries for which a leaf answers. During a split it keeps entries until it knows that the new leaf has them, and
    /// the new leaf may have changed them since.</summary>
    private IEnumerable<KeyEntry> OwnEntries(KeyLeafState leaf)
    {
        if (leaf.Split is not { Next: not null } split)
        {
            return leaf.Entries.Values;
        }

        var next = ReadOrNull(new LeafId(leaf.Leaf.Index, split.Right));
        return leaf.Entries
            .Where(held => held.Key < split.At
                || (next is { Phase: LeafPhase.Unborn or LeafPhase.Adopting } && !next.Entries.ContainsKey(held.Key)))
            .Select(held => held.Value);
    }

    private string? FaultOf(KeyLeafState leaf, KeyEntry entry)
    {
        var index = leaf.Leaf.Index;
        var position = entry.PositionIn(index.Tree);
        if (position < leaf.From || position >= leaf.Upper)
        {
            return $"leaf {leaf.Leaf} has the key, which is not in its range";
        }

        var name = new ObjectName(index.Bucket, entry.Key);
        return DescribeFault(() => index.Tree == KeyTree.Objects ? FaultOfObject(name, entry) : FaultOfUpload(name, entry));
    }

    /// <summary>A leaf publishes an object before its upload records the publication, and removes it before the upload records the
    /// release.</summary>
    private string? FaultOfObject(ObjectName name, KeyEntry entry) => states.ReadUpload(entry.Upload).State switch
    {
        UploadState.ObjectStored { ReleasedAt: not null } =>
            "the key has the object, but its upload has recorded that it was overwritten or deleted",
        UploadState.ObjectStored stored => FaultOfObject(name, entry, stored.Spec, stored.Completion),
        UploadState.ObjectCompleting completing => FaultOfObject(name, entry, completing.Spec, completing.Completion),
        UploadState.Unknown => "the key has an object, but the journal has no history of its upload",
        _ => "the key has an object, but its upload has not become one",
    };

    private static string? FaultOfObject(ObjectName name, KeyEntry entry, ObjectUploadSpec spec, Completion completion) =>
        spec.Name != name ? "the key has an object, but its upload became the object of another key"
        : completion.SizeBytes != entry.SizeBytes || completion.ETag != entry.ETag
            ? "the key has an object, but its upload became one with another size or ETag"
        : null;

    /// <summary>An upload is listed after its initiation, and is no longer listed before it records that.</summary>
    private string? FaultOfUpload(ObjectName name, KeyEntry entry) => states.ReadUpload(entry.Upload).State switch
    {
        UploadState.Unknown => "the bucket lists the upload, but the journal has no history of it",
        UploadState.ObjectStored { Unlisted: true } or UploadState.ObjectEnded { Closed: true } =>
            "the bucket lists the upload, but the upload has recorded that it no longer does",
        UploadState.OfObject ofObject when ofObject.Spec.Name == name => null,
        _ => "the bucket lists the upload under a key that is not its own",
    };

    /// <summary>Compares a leaf with its right neighbour. During a split, the new leaf has at least what the leaf has moved.</summary>
    private string? FaultOfLink(KeyLeafState leaf) => DescribeFault(() =>
    {
        if (leaf is not { Phase: LeafPhase.Live or LeafPhase.Sealed, Next: { } next, End: { } end })
        {
            return null;
        }

        var right = new LeafId(leaf.Leaf.Index, next);
        var state = states.ReadLeaf(right);
        var isMoving = leaf.Split is { Next: not null };
        var moved = isMoving ? leaf.Split!.Sequence : 0;
        return state.Phase switch
        {
            LeafPhase.Unborn or LeafPhase.Adopting when isMoving && state.Adopted >= moved => null,
            LeafPhase.Unborn => $"leaf {leaf.Leaf} leads to leaf {right}, but the journal has no history of it",
            LeafPhase.Adopting => $"leaf {leaf.Leaf} leads to leaf {right}, which has not taken over all of its keys",
            LeafPhase.Given or LeafPhase.Gone => $"leaf {leaf.Leaf} leads to leaf {right}, which has given its keys away",
            _ => state.From == end ? null : $"leaf {leaf.Leaf} leads to leaf {right}, which begins at another key",
        };
    });

    /// <summary>Compares a route with its leaf. A leaf is in the routes only once it owns its keys, and always begins at the same
    /// key.</summary>
    private string? FaultOf(KeyIndexId index, LeafRoute route) => DescribeFault(() =>
    {
        var leaf = new LeafId(index, route.Leaf);
        var state = states.ReadLeaf(leaf);
        return state.Phase is LeafPhase.Unborn or LeafPhase.Adopting
            ? $"the routes name leaf {leaf}, but the journal has no history of it that is complete"
            : state.From == route.From ? null : $"the routes name leaf {leaf}, which begins at another key";
    });

    private KeyLeafState ReadLeaf(EntityId entity) =>
        LeafId.TryParse(entity.Key, out var leaf) ? states.ReadLeaf(leaf) : KeyLeafState.Unborn;

    private KeyLeafState? ReadOrNull(LeafId leaf)
    {
        try
        {
            return states.ReadLeaf(leaf);
        }
        catch (JournalDamagedException)
        {
            // Reported when the leaf's history is checked.
            return null;
        }
    }
}
