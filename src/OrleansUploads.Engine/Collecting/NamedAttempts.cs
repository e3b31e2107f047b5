using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Collecting;

/// <summary>The attempts that the manifest of an upload names. It is read when it is first needed, and never changes.</summary>
internal sealed class NamedAttempts(IPartStore parts, UploadId upload)
{
    private HashSet<AttemptId>? _named;

    /// <summary>Returns the attempts.</summary>
    /// <exception cref="AttemptDamagedException">The manifest is missing or damaged.</exception>
    public async ValueTask<IReadOnlySet<AttemptId>> ReadAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) ?? throw new AttemptDamagedException($"The manifest of upload {upload} is missing.");

    /// <summary>Returns the attempts, or null if there is no manifest.</summary>
    /// <exception cref="AttemptDamagedException">The manifest is damaged.</exception>
    public async ValueTask<IReadOnlySet<AttemptId>?> FindAsync(CancellationToken cancellationToken) =>
        _named ??= await parts.ReadManifestAsync(upload, cancellationToken) is { } manifest ? AttemptsOf(manifest) : null;

    private static HashSet<AttemptId> AttemptsOf(Manifest manifest) =>
        [.. manifest.Extents.Select(static extent => extent.Place.Attempt).OfType<AttemptId>()];
}
