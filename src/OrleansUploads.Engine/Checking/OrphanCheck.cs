using System.Runtime.CompilerServices;

namespace OrleansUploads.Engine.Checking;

/// <summary>Finds bytes that nothing in the journal refers to.</summary>
internal sealed class OrphanCheck(EntityStates states, IPartStore parts)
{
    /// <summary>Checks the whole part store.</summary>
    public async IAsyncEnumerable<Orphan> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var upload in parts.ListUploadsAsync(cancellationToken))
        {
            if (await FindAsync(upload, cancellationToken) is { } orphan)
            {
                yield return orphan;
            }
        }
    }

    private async ValueTask<Orphan?> FindAsync(UploadId upload, CancellationToken cancellationToken)
    {
        try
        {
            // Read the state after listing the attempts, so that it contains every listed attempt that has become a part.
            var attempts = await parts.ListAttemptsAsync(upload, cancellationToken);
            var (state, _) = states.ReadUpload(upload);
            if (state is UploadState.Completed { ReleasedAt: not null } or UploadState.ObjectStored { ReleasedAt: not null })
            {
                // The bytes are kept for jobs that have not expired.
                return null;
            }

            var inUse = await InUseAsync(upload, state, cancellationToken);
            var unowned = attempts.Count(attempt => !inUse.Contains(attempt));
            return unowned > 0 || state is UploadState.Unknown or UploadState.Ended or UploadState.ObjectEnded
                ? new Orphan(upload, unowned, UploadFiles.Folder(upload))
                : null;
        }
        catch (Exception damaged) when (damaged is JournalDamagedException or AttemptDamagedException)
        {
            // The damage was already reported. The owner of these bytes is unknown, so they are not reported as unowned.
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async ValueTask<IReadOnlySet<AttemptId>> InUseAsync(
        UploadId upload, UploadState state, CancellationToken cancellationToken)
    {
        switch (state)
        {
            case UploadState.Open open:
                return AttemptsOf(open.Parts);
            case UploadState.Completed { Parts: { } unlisted }:
                return AttemptsOf(unlisted);
            case UploadState.ObjectOpen open:
                return AttemptsOf(open.Parts.Values);
            case UploadState.ObjectCompleting completing:
                return AttemptsOf(completing.Before.Parts.Values);
            case UploadState.ObjectStored { Parts: { } kept }:
                return AttemptsOf(kept);
            case UploadState.Completed or UploadState.ObjectStored:
                var manifest = await parts.ReadManifestAsync(upload, cancellationToken)
                    ?? throw new AttemptDamagedException($"The manifest of upload {upload} is missing.");
                return manifest.Extents.Select(extent => extent.Place.Attempt).OfType<AttemptId>().ToHashSet();
            default:
                return new HashSet<AttemptId>();
        }
    }

    private static HashSet<AttemptId> AttemptsOf(IEnumerable<AcceptedPart> parts) =>
        parts.Select(accepted => accepted.Part.Attempt).OfType<AttemptId>().ToHashSet();

    private static HashSet<AttemptId> AttemptsOf(PartMap map) =>
        map.From(0).Select(slot => slot.Value.Place.Attempt).OfType<AttemptId>().ToHashSet();
}
