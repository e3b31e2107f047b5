using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Hashing;

namespace OrleansUploads.Engine.Checking;

/// <summary>Compares an upload in the journal with its data in the part store.</summary>
/// <remarks>
/// The upload may change during the check: parts are replaced, archives deleted, and unowned bytes collected. Therefore
/// apparent damage is checked again after reading the journal again. Only bytes that were needed both before and after
/// count. Attempts never change and never come back into use, so such bytes were needed all the time in between.
/// </remarks>
internal sealed partial class UploadCheck(
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
                await CheckObjectAsync(ofObject, damage, cancellationToken);
                break;
            case UploadState.Open open:
                await CheckPartsAsync(upload, state, Needed(open.Parts), damage, cancellationToken);
                break;
            case UploadState.Completed { ReleasedAt: null, Parts: { } unlisted }:
                await CheckPartsAsync(upload, state, Needed(unlisted), damage, cancellationToken);
                break;
            case UploadState.Completed { ReleasedAt: null } completed:
                RequireIndexed(completed, damage);
                if (await ReadManifestAsync(state, read => IsOf(completed, read), damage, cancellationToken) is { ByteStorage: ByteStorage.Gateway } manifest)
                {
                    await CheckPartsAsync(upload, state, Needed(manifest), damage, cancellationToken);
                }

                break;
        }

        return damage;
    }

    private async ValueTask CheckPartsAsync(
        UploadId upload,
        UploadState state,
        IEnumerable<NeededAttempt> needed,
        HashSet<Damage> damage,
        CancellationToken cancellationToken)
    {
        foreach (var part in needed)
        {
            Parts++;
            if (await attempts.FindFaultAsync(upload, part, cancellationToken) is { } fault)
            {
                damage.Add(Of(state, DamageKind.Part, fault) with { File = UploadFiles.Attempt(upload, part.Attempt) });
            }
        }
    }

    private async ValueTask<Manifest?> ReadManifestAsync(
        UploadState state, Func<Manifest, bool> isRight, HashSet<Damage> damage, CancellationToken cancellationToken)
    {
        var upload = state switch
        {
            UploadState.Completed completed => completed.Spec.Upload,
            UploadState.OfObject ofObject => ofObject.Spec.Upload,
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
        var shard = ArchiveShardDecider.EntityOf(state.Archive, vault);
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

    private static IEnumerable<NeededAttempt> Needed(PartMap map)
    {
        foreach (var (_, part) in map.From(0))
        {
            if (part.Place.Attempt is { } attempt)
            {
                yield return new NeededAttempt(attempt, part.LengthBytes, part.TreeHash);
            }
        }
    }

    private static IEnumerable<NeededAttempt> Needed(Manifest manifest)
    {
        foreach (var extent in manifest.Extents)
        {
            if (extent.Place.Attempt is { } attempt)
            {
                yield return new NeededAttempt(attempt, extent.LengthBytes, extent.TreeHash);
            }
        }
    }

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
}
