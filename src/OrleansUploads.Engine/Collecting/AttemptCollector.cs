using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Engine.Collecting;

/// <summary>Deletes the bytes that no upload and no archive owns.</summary>
/// <remarks>The owner is always asked before anything is deleted, and from then on it accepts no attempt that is as old as the deleted
/// ones. A deleted attempt can therefore never become a part, no matter how late it is reported. Nothing is deleted while the clock is not
/// trusted or a backup is being made. A round takes the uploads of all accounts in the order of their IDs. An ID begins with a random
/// character, so the uploads of a vault are spread over the round, and no account waits until all uploads of another are done. A round
/// deletes the bytes of few uploads at a time.</remarks>
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
    /// <exception cref="StoreLostException">The part store belongs to another owner. Nothing more is deleted.</exception>
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

        var deletions = new Deletions();
        await foreach (var upload in parts.ListUploadsAsync(cancellationToken))
        {
            report += await TryAsync(
                upload, () => CollectAsync(upload, clock.Read().ServedAgo(grace), deletions, cancellationToken));
            if (deletions.IsFull)
            {
                report += await DeleteAsync(deletions);
            }
        }

        report += await DeleteAsync(deletions);
        EngineTelemetry.AttemptsCollected.Add(report.AttemptsDeleted);
        EngineTelemetry.UploadsCollected.Add(report.UploadsDeleted);
        return report;
    }

    private async ValueTask<CollectionReport> CollectAsync(
        UploadId upload, DateTimeOffset before, Deletions deletions, CancellationToken cancellationToken)
    {
        var pages = await CollectPagesAsync(upload, before, keepsUnowned: true, deletions, cancellationToken);
        if (pages.InUse is AttemptsInUse.None)
        {
            deletions.Add(upload, pages.Listed, () => DeleteUnownedAsync(upload, pages, before, cancellationToken));
        }

        return pages.Report;
    }

    /// <summary>Deletes an upload that owns nothing as a whole, with its manifest, unless it has an attempt that is young or has begun
    /// since.</summary>
    private async ValueTask<CollectionReport> DeleteUnownedAsync(
        UploadId upload, CollectedPages pages, DateTimeOffset before, CancellationToken cancellationToken)
    {
        if (pages.HasYoung || await CountOldAsync(upload, pages.Listed, before, cancellationToken) is not { } left)
        {
            return (await CollectPagesAsync(upload, before, keepsUnowned: false, deletions: null, cancellationToken)).Report;
        }

        if (IsHeld())
        {
            return default;
        }

        await parts.DeleteUploadAsync(upload, cancellationToken);
        return new CollectionReport(AttemptsDeleted: left, UploadsDeleted: 1);
    }

    /// <summary>Carries out deletions at the same time, so that they share a reading of the owner of the store.</summary>
    private async ValueTask<CollectionReport> DeleteAsync(Deletions deletions)
    {
        var reports = await Task.WhenAll(
            deletions.Take().Select(deletion => TryAsync(deletion.Upload, deletion.DeleteAsync).AsTask()));
        return reports.Aggregate(default(CollectionReport), static (sum, report) => sum + report);
    }

    private async ValueTask<CollectionReport> TryAsync(UploadId upload, Func<ValueTask<CollectionReport>> collect)
    {
        try
        {
            return await collect();
        }
        catch (Exception fault) when (fault is EntityUnavailableException or AttemptDamagedException or IOException
            or UnauthorizedAccessException or (PartStoreUnavailableException and not StoreLostException))
        {
            // If in doubt, nothing is deleted. The next round tries again.
            return Skip(upload, fault);
        }
    }

    /// <summary>Deletes the attempts from before a time that nothing owns, one page after the other. Those of an upload that
    /// owns nothing may be kept. Small deletions are left to the caller, if it wants them.</summary>
    private async ValueTask<CollectedPages> CollectPagesAsync(
        UploadId upload, DateTimeOffset before, bool keepsUnowned, Deletions? deletions, CancellationToken cancellationToken)
    {
        var pages = default(CollectedPages);
        var named = new NamedAttempts(parts, upload);
        await foreach (var page in parts.ListAttemptsAsync(upload, cancellationToken))
        {
            // A page is listed before the owner is asked, so a later attempt cannot be deleted by mistake.
            var old = page.Where(attempt => attempt.CreatedAt < before).ToList();
            var (inUse, unowned) = await FindUnownedAsync(upload, old, named, cancellationToken);
            if (inUse is null)
            {
                return new CollectedPages(pages.Report + Skip(upload, fault: null));
            }

            var report = default(CollectionReport);
            if (unowned.Count > 0 && !(keepsUnowned && inUse is AttemptsInUse.None))
            {
                if (deletions is not null && unowned.Count <= Deletions.MaxAttempts)
                {
                    deletions.Add(upload, unowned.Count, () => DeleteAsync(upload, unowned, cancellationToken));
                }
                else
                {
                    report = await DeleteAsync(upload, unowned, cancellationToken);
                }
            }

            pages = new CollectedPages(
                pages.Report + report, inUse, pages.Listed + page.Count, pages.HasYoung || old.Count < page.Count);
        }

        return pages.Listed > 0 ? pages
            : await AskAsync(upload, NoFence, cancellationToken) is { } answer ? new CollectedPages(default, answer)
            : new CollectedPages(Skip(upload, fault: null));
    }

    /// <summary>Finds out which of the listed attempts nothing owns, and lets the owner refuse them from now on.</summary>
    /// <returns>What the owner uses, or null if it allows no deletion; and the attempts to delete.</returns>
    private async ValueTask<(AttemptsInUse? InUse, List<AttemptId> Unowned)> FindUnownedAsync(
        UploadId upload, List<AttemptId> old, NamedAttempts named, CancellationToken cancellationToken)
    {
        if (await AskAsync(upload, NoFence, cancellationToken) is not { } inUse)
        {
            return (null, []);
        }

        var unowned = await UnownedAsync(old, inUse, named, cancellationToken);
        if (inUse is not AttemptsInUse.Only || unowned.Count == 0)
        {
            return (inUse, unowned);
        }

        // A fence is permanent, so it is no later than the deletion needs.
        var fence = unowned.Max(attempt => attempt.CreatedAt) + TimeSpan.FromMilliseconds(1);
        return await AskAsync(upload, fence, cancellationToken) is { } fenced
            ? (fenced, await UnownedAsync(unowned, fenced, named, cancellationToken))
            : (null, []);
    }

    /// <summary>Counts the attempts of an upload, or returns null if it has others than the old ones that were listed. The attempt of an
    /// object in one request may have begun since, and its upload does not exist before the attempt is reported.</summary>
    private async ValueTask<int?> CountOldAsync(
        UploadId upload, int listed, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var found = 0;
        await foreach (var page in parts.ListAttemptsAsync(upload, cancellationToken))
        {
            found += page.Count;
            if (found > listed || page.Any(attempt => attempt.CreatedAt >= before))
            {
                return null;
            }
        }

        return found;
    }

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

    private static async ValueTask<List<AttemptId>> UnownedAsync(
        List<AttemptId> old, AttemptsInUse inUse, NamedAttempts named, CancellationToken cancellationToken)
    {
        switch (inUse)
        {
            case AttemptsInUse.Only only:
                return old.FindAll(attempt => !only.Attempts.Contains(attempt));
            case AttemptsInUse.ByManifest:
                var kept = await named.ReadAsync(cancellationToken);
                return old.FindAll(attempt => !kept.Contains(attempt));
            default:
                return old;
        }
    }

    private async ValueTask<CollectionReport> DeleteAsync(
        UploadId upload, List<AttemptId> unowned, CancellationToken cancellationToken)
    {
        if (IsHeld())
        {
            return default;
        }

        await parts.DeleteAttemptsAsync(upload, unowned, cancellationToken);
        return new CollectionReport(AttemptsDeleted: unowned.Count);
    }

    private bool IsHeld() => clock.Read() is { IsTrusted: false } or { HoldsBytes: true };

    /// <summary>Deletions that are carried out together.</summary>
    private sealed class Deletions
    {
        /// <summary>The number of attempts of one upload that are worth waiting for others.</summary>
        public const int MaxAttempts = 256;

        private const int MaxCount = 64;
        private const int MaxTogether = 4096;

        private List<(UploadId, Func<ValueTask<CollectionReport>>)> _waiting = [];
        private int _attempts;

        public bool IsFull => _waiting.Count >= MaxCount || _attempts >= MaxTogether;

        public void Add(UploadId upload, int attempts, Func<ValueTask<CollectionReport>> delete)
        {
            _waiting.Add((upload, delete));
            _attempts += attempts;
        }

        public List<(UploadId Upload, Func<ValueTask<CollectionReport>> DeleteAsync)> Take()
        {
            var taken = _waiting;
            (_waiting, _attempts) = ([], 0);
            return taken;
        }
    }

    /// <summary>What was found of an upload.</summary>
    /// <param name="Report">What was deleted.</param>
    /// <param name="InUse">What the owner uses, or null if it allows no deletion.</param>
    /// <param name="Listed">The number of attempts.</param>
    /// <param name="HasYoung">Whether one of them is young.</param>
    private readonly record struct CollectedPages(
        CollectionReport Report, AttemptsInUse? InUse = null, int Listed = 0, bool HasYoung = false);
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
