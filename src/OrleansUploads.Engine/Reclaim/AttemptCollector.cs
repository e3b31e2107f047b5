using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Reclaim;

/// <summary>Deletes the bytes that no upload and no archive owns.</summary>
/// <remarks>The owner is always asked first, and from then on takes no attempt from before the instant that it was asked
/// about. So an attempt that is deleted can never become a part, however late it is reported.</remarks>
/// <param name="host">Asks the owners.</param>
/// <param name="parts">Where the bytes are.</param>
/// <param name="time">The clock.</param>
/// <param name="requireOwnersFound">Throws where an owner might be taken for one that never was; asked before each round. Null
/// where the journal makes sure of that by itself.</param>
public sealed class AttemptCollector(
    IEntityHost host, IPartStore parts, TimeProvider time, Func<CancellationToken, ValueTask>? requireOwnersFound = null)
{
    /// <summary>Default age from which an unowned attempt is collected; longer than any part takes to be sent.</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromHours(24);

    /// <summary>Goes through the whole part store once.</summary>
    /// <param name="grace">Attempts that were begun more recently than this are left alone; not negative.</param>
    /// <param name="cancellationToken">Stops between two uploads.</param>
    public async ValueTask<CollectionReport> CollectAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        if (requireOwnersFound is not null)
        {
            await requireOwnersFound(cancellationToken);
        }

        var report = default(CollectionReport);
        await foreach (var upload in parts.ListUploadsAsync(cancellationToken))
        {
            try
            {
                report += await CollectAsync(upload, time.GetUtcNow() - grace, cancellationToken);
            }
            catch (Exception fault) when (fault is EntityUnavailableException or AttemptDamagedException or IOException)
            {
                // Nothing is deleted on doubt; the next round asks again.
                report += new CollectionReport(UploadsSkipped: 1);
            }
        }

        EngineTelemetry.AttemptsCollected.Add(report.AttemptsDeleted);
        EngineTelemetry.UploadsCollected.Add(report.UploadsDeleted);
        return report;
    }

    private async ValueTask<CollectionReport> CollectAsync(
        UploadId upload, DateTimeOffset before, CancellationToken cancellationToken)
    {
        // The list is made before the owner is asked: what is not in it cannot be deleted by mistake.
        var attempts = await parts.ListAttemptsAsync(upload, cancellationToken);
        var answer = await host.AskAsync(upload.Entity, new FenceAttempts(before), cancellationToken);
        switch (answer.Answer)
        {
            case AttemptsInUse.Only only:
                return await DeleteAsync(upload, attempts, only.Attempts, before, cancellationToken);
            case AttemptsInUse.ByManifest:
                var manifest = await parts.ReadManifestAsync(upload, cancellationToken)
                    ?? throw new AttemptDamagedException($"The manifest of upload {upload} is missing.");
                return await DeleteAsync(upload, attempts, AttemptsOf(manifest), before, cancellationToken);
            case AttemptsInUse.None when attempts.All(attempt => attempt.CreatedAt < before):
                await parts.DeleteUploadAsync(upload, cancellationToken);
                return new CollectionReport(AttemptsDeleted: attempts.Count, UploadsDeleted: 1);
            default:
                return await DeleteAsync(upload, attempts, new HashSet<AttemptId>(), before, cancellationToken);
        }
    }

    private async ValueTask<CollectionReport> DeleteAsync(
        UploadId upload,
        IReadOnlyList<AttemptId> attempts,
        IReadOnlySet<AttemptId> inUse,
        DateTimeOffset before,
        CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var attempt in attempts)
        {
            if (attempt.CreatedAt < before && !inUse.Contains(attempt))
            {
                await parts.DeleteAttemptAsync(upload, attempt, cancellationToken);
                deleted++;
            }
        }

        return new CollectionReport(AttemptsDeleted: deleted);
    }

    private static HashSet<AttemptId> AttemptsOf(Manifest manifest)
    {
        var attempts = new HashSet<AttemptId>(manifest.Extents.Count);
        foreach (var extent in manifest.Extents)
        {
            if (extent.Place.Attempt is { } attempt)
            {
                attempts.Add(attempt);
            }
        }

        return attempts;
    }
}

/// <summary>What a round of collection did.</summary>
/// <param name="AttemptsDeleted">Attempts that nobody owned.</param>
/// <param name="UploadsDeleted">Uploads of which nothing is left.</param>
/// <param name="UploadsSkipped">Uploads whose owner could not be asked, or whose manifest could not be read.</param>
public readonly record struct CollectionReport(int AttemptsDeleted = 0, int UploadsDeleted = 0, int UploadsSkipped = 0)
{
    /// <summary>Both together.</summary>
    public static CollectionReport operator +(CollectionReport left, CollectionReport right) => new(
        left.AttemptsDeleted + right.AttemptsDeleted,
        left.UploadsDeleted + right.UploadsDeleted,
        left.UploadsSkipped + right.UploadsSkipped);
}
