using System.Runtime.CompilerServices;
using OrleansUploads.Engine.Attempts;
using OrleansUploads.Engine.Collecting;

namespace OrleansUploads.Engine.Checking;

/// <summary>Finds bytes that nothing in the journal refers to.</summary>
/// <param name="states">Reads entities.</param>
/// <param name="place">What the names of files and folders in findings begin with.</param>
internal sealed class OrphanCheck(EntityStates states, IPartStore parts, string place)
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
            var named = new NamedAttempts(parts, upload);
            var unowned = 0;
            var path = StoredNames.PathOf(upload);
            UploadState? state = null;
            await foreach (var page in parts.ListAttemptsAsync(upload, cancellationToken))
            {
                // The state is read after a page, so that it contains every listed attempt that has become a part.
                state = await states.ReadAsync<UploadState>(upload.Entity, cancellationToken);
                if (IsReleased(state))
                {
                    // The bytes are kept for jobs that have not expired.
                    return null;
                }

                var inUse = await InUseAsync(state, named, cancellationToken);
                unowned += page.Count(attempt => !inUse.Contains(attempt));
                if (page is [var first] && first == OnlyAttempt.Of(upload))
                {
                    path = StoredNames.PathOfOnly(upload);
                }
            }

            state ??= await states.ReadAsync<UploadState>(upload.Entity, cancellationToken);
            return !IsReleased(state)
                && (unowned > 0 || state is UploadState.Unknown or UploadState.Ended)
                ? new Orphan(upload, unowned, place + path)
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

    private static bool IsReleased(UploadState state) =>
        state is UploadState.Stored { ReleasedAt: not null };

    private static async ValueTask<IReadOnlySet<AttemptId>> InUseAsync(
        UploadState state, NamedAttempts named, CancellationToken cancellationToken) =>
        NeededAttempt.Of(state) is { } needed
            ? needed.Select(static part => part.Attempt).ToHashSet()
            : await named.ReadAsync(cancellationToken);
}
