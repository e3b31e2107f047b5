using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Reading;

/// <summary>Finds the manifests of archives: of one part with the upload, of several parts in the part store.</summary>
public sealed class ArchiveManifests(IEntityHost host, IPartStore parts)
{
    /// <summary>Returns the manifest of a completed upload, or null if it is not there: the bytes of a deleted archive were freed.</summary>
    /// <param name="vault">The incarnation of the vault of the archive.</param>
    /// <exception cref="AttemptDamagedException">The manifest is damaged.</exception>
    /// <exception cref="EntityUnavailableException">The upload does not answer; asking again is safe.</exception>
    public async ValueTask<Manifest?> FindAsync(VaultIncarnation vault, UploadId upload, CancellationToken cancellationToken)
    {
        var found = await host.AskAsync(upload.Entity, new FindManifest(vault), cancellationToken);
        return (found.TryGet(out var known, out _) ? known.ToManifest() : null)
            ?? await parts.ReadManifestAsync(upload, cancellationToken);
    }

    /// <summary>Returns the manifest of an archive that exists.</summary>
    /// <param name="vault">The incarnation of the vault of the archive.</param>
    /// <exception cref="AttemptDamagedException">The manifest is missing or damaged.</exception>
    /// <exception cref="EntityUnavailableException">The upload does not answer; asking again is safe.</exception>
    public async ValueTask<Manifest> ReadAsync(VaultIncarnation vault, UploadId upload, CancellationToken cancellationToken) =>
        await FindAsync(vault, upload, cancellationToken)
            ?? throw new AttemptDamagedException($"The manifest of upload {upload} is missing from the part store.");
}
