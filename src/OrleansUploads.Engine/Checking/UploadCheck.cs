using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Checking;

/// <summary>Compares an upload in the journal with its data in the part store.</summary>
/// <remarks>
/// The upload may change during the check: parts are replaced, archives deleted, and unowned bytes collected. Therefore
/// apparent damage is checked again after reading the journal again. Only bytes that were needed both before and after
/// count. Attempts never change and never come back into use, so such bytes were needed all the time in between.
/// </remarks>
internal sealed class UploadCheck(
    EntityStates states, IPartStore parts, AttemptCheck attempts, IndexedReferences indexed)
{
    // Each further round requires that the upload has changed and that something else looks damaged.
    private const int MaxRounds = 100;

    /// <summary>Number of parts checked so far.</summary>
    public long Parts { get; private set; }

    /// <summary>Checks an upload.</summary>
    /// <returns>The state of the upload and the damage found.</returns>
    /// <exception cref="JournalDamagedException">The upload's history differs from what was written.</exception>
    public async ValueTask<(UploadState State, IReadOnlyCollection<Damage> Damage)> CheckAsync(
        UploadId upload, CancellationToken cancellationToken)
    {
        var confirmed = new HashSet<Damage>();
        var (state, version) = states.ReadUpload(upload);
        var found = await FindAsync(upload, state, cancellationToken);
        for (var round = 1; found.Count > 0; round++)
        {
            var (next, nextVersion) = states.ReadUpload(upload);
            if (nextVersion == version || round == MaxRounds)
            {
                confirmed.UnionWith(found);
                break;
            }

            var again = await FindAsync(upload, next, cancellationToken);
            confirmed.UnionWith(again.Intersect(found));
            again.ExceptWith(confirmed);
            (state, version, found) = (next, nextVersion, again);
        }

        return (state, confirmed);
    }

    private async ValueTask<HashSet<Damage>> FindAsync(
        UploadId upload, UploadState state, CancellationToken cancellationToken)
    {
        var damage = new HashSet<Damage>();
        switch (state)
        {
            case UploadState.OfObject ofObject:
                RequireInLeaf(ofObject, damage);
                break;
            case UploadState.Completed { ReleasedAt: null, Parts: null } completed:
                RequireIndexed(completed, damage);
                break;
        }

        var needed = NeededAttempt.Of(state);
        if (needed is null && await ReadManifestAsync(state, damage, cancellationToken) is { } manifest)
        {
            needed = NeededAttempt.Of(manifest);
        }

        foreach (var part in needed ?? [])
        {
            Parts++;
            if (await attempts.FindFaultAsync(upload, part, cancellationToken) is { } fault)
            {
                damage.Add(Of(state, DamageKind.Part, fault) with { File = UploadFiles.Attempt(upload, part.Attempt) });
            }
        }

        return damage;
    }

    private async ValueTask<Manifest?> ReadManifestAsync(
        UploadState state, HashSet<Damage> damage, CancellationToken cancellationToken)
    {
        var (upload, isRight) = state switch
        {
            UploadState.Completed completed => (completed.Spec.Upload, (Func<Manifest, bool>)(read => IsOf(completed, read))),
            UploadState.ObjectStored stored => (stored.Spec.Upload, read => IsOf(stored, read)),
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "The upload has no manifest."),
        };
        string fault;
        try
        {
            var manifest = await parts.ReadManifestAsync(upload, cancellationToken);
            if (manifest is not null && isRight(manifest))
            {
                return manifest;
            }

            fault = manifest is null ? "it is missing" : "it does not match the acknowledged archive";
        }
        catch (AttemptDamagedException damaged)
        {
            fault = damaged.Message.TrimEnd('.');
        }
        catch (IOException failure)
        {
            fault = $"it cannot be read: {failure.Message}";
        }

        damage.Add(Of(state, DamageKind.Manifest, fault) with { File = UploadFiles.Manifest(upload) });
        return null;
    }

    /// <summary>Requires that the archive is in the index. A deleted archive leaves the index before its upload learns of
    /// the deletion, so an archive that is neither listed nor remembered as deleted is lost.</summary>
    private void RequireIndexed(UploadState.Completed state, HashSet<Damage> damage)
    {
        if (!state.Indexed || indexed.Archives.Contains(state.Spec.Upload))
        {
            return;
        }

        var vault = state.Spec.Vault;
        var shard = vault.ArchiveShard(state.Archive);
        try
        {
            var found = states.ReadShard(shard);
            if (found.FindArchive(state.Archive) is null && !found.Deleted.ContainsKey(state.Archive))
            {
                damage.Add(Of(state, DamageKind.Index, $"the archive is missing from the vault's index: it is not in {shard}"));
            }
        }
        catch (JournalDamagedException)
        {
            // Reported when the shard's history was checked.
        }
    }

    private static bool IsOf(UploadState.Completed state, Manifest manifest) =>
        manifest.Archive == state.Archive
        && manifest.SizeBytes == state.SizeBytes
        && manifest.TreeHash == state.TreeHash
        && manifest.ByteStorage == state.Spec.ByteStorage
        && manifest.PartSizeBytes == state.Spec.PartSize.Bytes
        && manifest.Extents.Sum(extent => extent.LengthBytes) == state.SizeBytes
        && TreeHasher.Combine([.. manifest.Extents.Select(extent => extent.TreeHash)]) == state.TreeHash;

    private static Damage Of(UploadState state, DamageKind kind, string what) => state switch
    {
        UploadState.Open open => new Damage(kind, what) { Upload = open.Spec.Upload, Vault = open.Spec.Vault.Id },
        UploadState.Completed completed => new Damage(kind, what)
        {
            Upload = completed.Spec.Upload,
            Vault = completed.Spec.Vault.Id,
            Archive = completed.Archive,
        },
        UploadState.OfObject ofObject => new Damage(kind, what)
        {
            Upload = ofObject.Spec.Upload,
            Bucket = ofObject.Spec.Name.Bucket.Name,
            Key = ofObject.Spec.Name.Key,
        },
        _ => new Damage(kind, what),
    };

    /// <summary>Requires that a leaf has the object or lists the upload. An object leaves its leaf before its upload learns of it; until
    /// then the leaf has the release to deliver.</summary>
    private void RequireInLeaf(UploadState.OfObject state, HashSet<Damage> damage)
    {
        var spec = state.Spec;
        switch (state)
        {
            case UploadState.ObjectStored { ReleasedAt: null }:
                if (!indexed.Objects.Contains(spec.Upload)
                    && !IsInLeaf(new KeyIndexId(spec.Name.Bucket, KeyTree.Objects), new KeyPosition(spec.Name.Key.ToString()), spec.Upload))
                {
                    damage.Add(Of(state, DamageKind.Index, "the object is missing from the bucket's index: no leaf has it"));
                }

                break;
            case UploadState.ObjectOpen { Listed: true } or UploadState.ObjectCompleting { Before.Listed: true }:
                var position = new KeyPosition(spec.Name.Key.ToString(), spec.CreatedAt, spec.Upload);
                if (!indexed.ObjectUploads.Contains(spec.Upload)
                    && !IsInLeaf(new KeyIndexId(spec.Name.Bucket, KeyTree.Uploads), position, spec.Upload))
                {
                    damage.Add(Of(state, DamageKind.Index, "the upload is missing from the bucket's list of uploads: no leaf has it"));
                }

                break;
        }
    }

    /// <summary>Whether a leaf on the path to a position has an upload now. Its leaf may have been checked before the upload came
    /// in.</summary>
    private bool IsInLeaf(KeyIndexId index, KeyPosition position, UploadId upload)
    {
        try
        {
            var routes = states.ReadRoutes(index);
            var start = routes.IndexOf(position) is >= 0 and var route ? routes.Routes[route].Leaf : LeafName.First;
            return LeafPath.Follow(states, index, position, start).Any(leaf =>
                leaf.Entries.GetValueOrDefault(position)?.Upload == upload || leaf.Releases.ContainsKey(upload.ToString()));
        }
        catch (JournalDamagedException)
        {
            // Reported when the histories of the leaves were checked.
            return true;
        }
    }

    private static bool IsOf(UploadState.ObjectStored state, Manifest manifest) =>
        manifest is { Parts: { Count: > 0 } parts }
        && manifest.SizeBytes == state.Completion.SizeBytes
        && manifest.Extents.Sum(extent => extent.LengthBytes) == state.Completion.SizeBytes
        && parts.Sum(part => part.LengthBytes) == state.Completion.SizeBytes
        && ObjectETag.OfParts([.. parts.Select(part => part.Md5)]) == state.Completion.ETag;
}
