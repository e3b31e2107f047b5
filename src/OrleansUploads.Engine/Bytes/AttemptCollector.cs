using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Deletes the bytes that no upload and no archive owns.</summary>
/// <remarks>The owner is always asked before anything is deleted, and from then on it accepts no attempt that is as old as the deleted
/// ones. A deleted attempt can therefore never become a part, no matter how late it is reported. Nothing is deleted while the clock is
/// not trusted or a backup is being made.</remarks>
/// <param name="host">Asks the owners.</param>
/// <param name="parts">The stored bytes.</param>
/// <param name="clock">Measures the age of attempts; only time in which the service was running counts.</param>
/// <param name="checkIndex">See <see cref="EnginePorts.CheckIndex"/>; runs before each round.</param>
/// <param name="log">Where skipped uploads are logged, or null for nowhere.</param>
public sealed class AttemptCollector(
    IEntityHost host,
    IPartStore parts,
    IServiceClock clock,
    Func<CancellationToken, ValueTask>? checkIndex = null,
    EngineLog? log = null)
{
    private static readonly DateTimeOffset NoFence = DateTimeOffset.MinValue;

    private readonly EngineLog _log = log ?? EngineLog.None;

    /// <summary>Runs one round over the whole part store. Uploads that cannot be examined are skipped and logged.</summary>
    /// <param name="grace">Attempts younger than this are kept; not negative.</param>
    /// <param name="cancellationToken">Cancels the round between two uploads.</param>
    public async ValueTask<CollectionReport> CollectAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        if (checkIndex is not null)
        {
            await checkIndex(cancellationToken);
        }

        var report = default(CollectionReport);
        if (IsHeld())
        {
            return report;
        }

        await foreach (var upload in parts.ListUploadsAsync(cancellationToken))
        {
            try
            {
                report += await CollectAsync(upload, clock.Read().ServedAgo(grace), cancellationToken);
            }
            catch (Exception fault) when (fault is EntityUnavailableException or PartStoreUnavailableException
                or AttemptDamagedException or IOException or UnauthorizedAccessException)
            {
                // If in doubt, nothing is deleted. The next round tries again.
                report += Skip(upload, fault);
            }
        }

        EngineTelemetry.AttemptsCollected.Add(report.AttemptsDeleted);
        EngineTelemetry.UploadsCollected.Add(report.UploadsDeleted);
        return report;
    }

    /// <summary>Deletes all bytes of an upload that has ended without an archive, regardless of their age, because it
    /// accepts no more parts. Does nothing if the upload's bytes are in use.</summary>
    public async ValueTask<CollectionReport> CollectEndedAsync(UploadId upload, CancellationToken cancellationToken)
    {
        if (await AskAsync(upload, NoFence, cancellationToken) is not AttemptsInUse.None || IsHeld())
        {
            return new CollectionReport(UploadsSkipped: 1);
        }

        var attempts = await parts.ListAttemptsAsync(upload, cancellationToken);
        await parts.DeleteUploadAsync(upload, cancellationToken);
        EngineTelemetry.AttemptsCollected.Add(attempts.Count);
        EngineTelemetry.UploadsCollected.Add(1);
        return new CollectionReport(AttemptsDeleted: attempts.Count, UploadsDeleted: 1);
    }

    private async ValueTask<CollectionReport> CollectAsync(
        UploadId upload, DateTimeOffset before, CancellationToken cancellationToken)
    {
        // The attempts are listed before the owner is asked, so a later attempt cannot be deleted by mistake.
        var attempts = await parts.ListAttemptsAsync(upload, cancellationToken);
        var old = attempts.Where(attempt => attempt.CreatedAt < before).ToList();
        if (await AskAsync(upload, NoFence, cancellationToken) is not { } inUse)
        {
            return Skip(upload, fault: null);
        }

        var unowned = await UnownedAsync(upload, old, inUse, cancellationToken);
        if (inUse is AttemptsInUse.Only && unowned.Count > 0)
        {
            // A fence is permanent, so it is no later than the deletion needs.
            var fence = unowned.Max(attempt => attempt.CreatedAt) + TimeSpan.FromMilliseconds(1);
            inUse = await AskAsync(upload, fence, cancellationToken);
            if (inUse is null)
            {
                return Skip(upload, fault: null);
            }

            unowned = await UnownedAsync(upload, unowned, inUse, cancellationToken);
        }

        if (inUse is AttemptsInUse.None
            && old.Count == attempts.Count
            && await HasNoOthersAsync(upload, attempts, cancellationToken)
            && !IsHeld())
        {
            await parts.DeleteUploadAsync(upload, cancellationToken);
            return new CollectionReport(AttemptsDeleted: attempts.Count, UploadsDeleted: 1);
        }

        return await DeleteAsync(upload, unowned, cancellationToken);
    }

    /// <summary>Whether an upload has no attempts but those given. The attempt of an object in one request may have begun after they
    /// were listed, and its upload does not exist before the attempt is reported.</summary>
    private async ValueTask<bool> HasNoOthersAsync(
        UploadId upload, IReadOnlyList<AttemptId> known, CancellationToken cancellationToken) =>
        known.ToHashSet().IsSupersetOf(await parts.ListAttemptsAsync(upload, cancellationToken));

    private CollectionReport Skip(UploadId upload, Exception? fault)
    {
        EngineTelemetry.UploadsSkipped.Add(1);
        _log.UploadSkipped(upload, fault);
        return new CollectionReport(UploadsSkipped: 1);
    }

    /// <summary>Asks the owner which attempts are in use, or null if the owner allows no deletion.</summary>
    private async ValueTask<AttemptsInUse?> AskAsync(UploadId upload, DateTimeOffset fence, CancellationToken cancellationToken)
    {
        var answer = await host.AskAsync(upload.Entity, new FenceAttempts(fence), cancellationToken);
        return answer.Refusal is null ? answer.Answer : null;
    }

    private async ValueTask<List<AttemptId>> UnownedAsync(
        UploadId upload, List<AttemptId> old, AttemptsInUse inUse, CancellationToken cancellationToken)
    {
        switch (inUse)
        {
            case AttemptsInUse.Only only:
                return old.FindAll(attempt => !only.Attempts.Contains(attempt));
            case AttemptsInUse.ByManifest:
                var manifest = await parts.ReadManifestAsync(upload, cancellationToken)
                    ?? throw new AttemptDamagedException($"The manifest of upload {upload} is missing.");
                var named = AttemptsOf(manifest);
                return old.FindAll(attempt => !named.Contains(attempt));
            default:
                return old;
        }
    }

    private async ValueTask<CollectionReport> DeleteAsync(
        UploadId upload, List<AttemptId> unowned, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var attempt in unowned)
        {
            if (IsHeld())
            {
                break;
            }

            await parts.DeleteAttemptAsync(upload, attempt, cancellationToken);
            deleted++;
        }

        return new CollectionReport(AttemptsDeleted: deleted);
    }

    private bool IsHeld() => clock.Read() is { IsTrusted: false } or { HoldsBytes: true };

    /// <summary>The attempts that a manifest names.</summary>
    internal static HashSet<AttemptId> AttemptsOf(Manifest manifest)
    {
        var attempts = new HashSet<AttemptId>();
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

/// <summary>The result of a collection round.</summary>
/// <param name="AttemptsDeleted">Number of deleted attempts.</param>
/// <param name="UploadsDeleted">Number of uploads whose bytes were all deleted.</param>
/// <param name="UploadsSkipped">Number of uploads whose owner could not be asked, or whose bytes could not be read.</param>
public readonly record struct CollectionReport(int AttemptsDeleted = 0, int UploadsDeleted = 0, int UploadsSkipped = 0)
{
    /// <summary>The sum of two reports.</summary>
    public static CollectionReport operator +(CollectionReport left, CollectionReport right) => new(
        left.AttemptsDeleted + right.AttemptsDeleted,
        left.UploadsDeleted + right.UploadsDeleted,
        left.UploadsSkipped + right.UploadsSkipped);
}
