using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Hashing;

namespace OrleansUploads.Engine.Checking;

/// <summary>Compares what the journal says of an upload with what the part store has of it.</summary>
/// <remarks>
/// The upload may change meanwhile: parts are replaced, archives deleted, and what nobody needs any more is collected. So
/// what looks damaged is looked at again, after the journal was read again. Only what was needed both before and after
/// counts: attempts are never changed and never come back into use, so it was needed all the time between.
/// </remarks>
internal sealed class UploadCheck(
    EntityStates states, IPartStore parts, AttemptCheck attempts, IndexedUploads indexed)
{
    // With each round the upload must have changed, and something else must look damaged.
    private const int MostRounds = 100;

    /// <summary>Parts that were looked at so far.</summary>
    public long Parts { get; private set; }

    /// <summary>Looks at an upload.</summary>
    /// <returns>The state that it was found in, and what is damaged.</returns>
    /// <exception cref="JournalDamagedException">Its history is not what was written.</exception>
    public async ValueTask<(UploadState State, IReadOnlyCollection<Damage> Damage)> CheckAsync(
        UploadId upload, CancellationToken cancellationToken)
    {
        var confirmed = new HashSet<Damage>();
        var (state, version) = states.ReadUpload(upload);
        var found = await FindAsync(upload, state, cancellationToken);
        for (var round = 1; found.Count > 0; round++)
        {
            var (next, nextVersion) = states.ReadUpload(upload);
            if (nextVersion == version || round == MostRounds)
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
            case UploadState.Open open:
                await CheckPartsAsync(upload, state, Needed(open.Parts), damage, cancellationToken);
                break;
            case UploadState.Completed { ReleasedAt: null, Parts: { } notYetListed }:
                await CheckPartsAsync(upload, state, Needed(notYetListed), damage, cancellationToken);
                break;
            case UploadState.Completed { ReleasedAt: null } completed:
                RequireIndexed(completed, damage);
                if (await ReadManifestAsync(completed, damage, cancellationToken) is { ByteStorage: ByteStorage.Gateway } manifest)
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
            if (await attempts.FindFaultAsync(upload, part, cancellationToken) is { } wrong)
            {
                damage.Add(Of(state, DamageKind.Part, wrong) with { File = UploadFiles.Attempt(upload, part.Attempt) });
            }
        }
    }

    private async ValueTask<Manifest?> ReadManifestAsync(
        UploadState.Completed state, HashSet<Damage> damage, CancellationToken cancellationToken)
    {
        var upload = state.Spec.Upload;
        string wrong;
        try
        {
            var manifest = await parts.ReadManifestAsync(upload, cancellationToken);
            if (manifest is not null && IsOf(state, manifest))
            {
                return manifest;
            }

            wrong = manifest is null ? "it is missing" : "it is not the manifest of the archive that was acknowledged";
        }
        catch (AttemptDamagedException damaged)
        {
            wrong = damaged.Message.TrimEnd('.');
        }
        catch (IOException failure)
        {
            wrong = $"it cannot be read: {failure.Message}";
        }

        damage.Add(Of(state, DamageKind.Manifest, wrong) with { File = UploadFiles.Manifest(upload) });
        return null;
    }

    /// <summary>An archive that is nobody's any more has left the index before its upload is told; so one that is not there, and
    /// not remembered as deleted either, is lost.</summary>
    private void RequireIndexed(UploadState.Completed state, HashSet<Damage> damage)
    {
        if (!state.Indexed || indexed.Contains(state.Spec.Upload))
        {
            return;
        }

        var vault = state.Spec.Vault;
        var shard = vault.ArchiveShard(ArchiveShardDecider.ShardOf(state.Archive, vault));
        try
        {
            var found = states.ReadShard(shard);
            if (found.FindArchive(state.Archive) is null && !found.Deleted.ContainsKey(state.Archive))
            {
                damage.Add(Of(state, DamageKind.Index, $"the vault's index has lost the archive: it is not in {shard}"));
            }
        }
        catch (JournalDamagedException)
        {
            // Reported where the shard's own history was read.
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
        _ => new Damage(kind, what),
    };
}
