using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Checking;

/// <summary>Compares an upload in the journal with its data in the part store.</summary>
/// <remarks> The upload may change during the check: parts are replaced, archives deleted, and unowned bytes collected. Therefore apparent
/// damage is checked again after reading the journal again. Only bytes that were needed both before and after count. Attempts never change
/// and never come back into use, so such bytes were needed during the whole check.</remarks>
/// <param name="states">Reads entities.</param>
/// <param name="place">What the names of files and objects in findings begin with.</param>
/// <param name="attempts">Checks attempts.</param>
/// <param name="agreement">Checks references.</param>
internal sealed class UploadCheck(
    EntityStates states, IPartStore parts, string place, AttemptCheck attempts, AgreementCheck agreement)
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
        var (state, version) = await ReadAsync(upload, cancellationToken);
        var found = await FindAsync(upload, state, cancellationToken);
        for (var round = 1; found.Count > 0; round++)
        {
            var (next, nextVersion) = await ReadAsync(upload, cancellationToken);
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

    private async ValueTask<(UploadState State, long Version)> ReadAsync(UploadId upload, CancellationToken cancellationToken)
    {
        var read = await states.ReadAsync(upload.Entity, cancellationToken);
        return ((UploadState)read.State, read.Version);
    }

    private async ValueTask<HashSet<Damage>> FindAsync(
        UploadId upload, UploadState state, CancellationToken cancellationToken)
    {
        var damage = await agreement.FindAsync(upload.Entity, state, cancellationToken).ToHashSetAsync(cancellationToken: cancellationToken);
        var needed = NeededAttempt.Of(state);
        if (needed is null && await ReadManifestAsync(upload, state, damage, cancellationToken) is { } manifest)
        {
            needed = NeededAttempt.Of(manifest);
        }

        foreach (var part in needed ?? [])
        {
            Parts++;
            if (await attempts.FindFaultAsync(upload, part, cancellationToken) is { } fault)
            {
                var file = place + StoredNames.PathOf(upload, part.Attempt);
                damage.Add(Damage.Of(state, DamageKind.Part, fault) with { File = file });
            }
        }

        return damage;
    }

    private async ValueTask<Manifest?> ReadManifestAsync(
        UploadId upload, UploadState state, HashSet<Damage> damage, CancellationToken cancellationToken)
    {
        string fault;
        try
        {
            var manifest = await parts.ReadManifestAsync(upload, cancellationToken);
            if (manifest is not null && IsOf(state, manifest))
            {
                return manifest;
            }

            fault = manifest is null ? "it is missing" : "it does not match the acknowledged archive";
        }
        catch (AttemptDamagedException damaged)
        {
            fault = damaged.What;
        }
        catch (IOException failure)
        {
            fault = $"it cannot be read: {failure.Message}";
        }

        var file = place + StoredNames.PathOfManifest(upload);
        damage.Add(Damage.Of(state, DamageKind.Manifest, fault) with { File = file });
        return null;
    }

    /// <summary>Whether a manifest belongs to an archive or object.</summary>
    internal static bool IsOf(UploadState state, Manifest manifest) => state switch
    {
        UploadState.Stored { Spec: ArchiveUploadSpec spec, Completion: ArchiveCompletion archive } =>
            manifest.Archive == archive.Archive
            && manifest.SizeBytes == archive.SizeBytes
            && manifest.TreeHash == archive.TreeHash
            && manifest.ByteStorage == spec.ByteStorage
            && manifest.PartSizeBytes == spec.PartSize.Bytes
            && manifest.Extents.Sum(static extent => extent.LengthBytes) == archive.SizeBytes
            && TreeHasher.Combine([.. manifest.Extents.Select(static extent => extent.TreeHash)]) == archive.TreeHash,
        UploadState.Stored { Completion: ObjectCompletion completion } =>
            manifest is { Parts: { Count: > 0 } parts }
            && manifest.SizeBytes == completion.SizeBytes
            && manifest.Extents.Sum(static extent => extent.LengthBytes) == completion.SizeBytes
            && parts.Sum(static part => part.LengthBytes) == completion.SizeBytes
            && ObjectETag.OfParts([.. parts.Select(static part => part.Md5)]) == completion.ETag,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "The upload has no manifest."),
    };
}
