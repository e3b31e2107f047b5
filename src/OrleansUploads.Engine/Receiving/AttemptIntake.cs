using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;

namespace OrleansUploads.Engine.Receiving;

/// <summary>Receives parts: writes each body to a new attempt while hashing it, makes it durable, and then reports it to its
/// upload.</summary>
internal sealed class AttemptIntake(IEntityHost host, IPartStore parts, SharedLanes? lanes, MaintenanceOptions maintenance)
{
    /// <summary>A longer body is announced to the collector before it is read, because it may take longer than <see
    /// cref="UploadPolicy.UnannouncedLife"/>.</summary>
    private const long MaxUnannouncedBytes = 8L << 20;

    /// <summary>With a shorter grace, the collector could delete the attempt of an unannounced upload between its commit and its report.
    /// Twice the life of the attempt, because the clocks of a cluster may differ a little.</summary>
    private static readonly TimeSpan MinUnannouncedGrace = 2 * UploadPolicy.UnannouncedLife;

    /// <summary>The maximum number of times that a part is reported.</summary>
    private const int MaxReports = 3;

    private readonly long _maxUnannouncedBytes = maintenance.AttemptGrace >= MinUnannouncedGrace ? MaxUnannouncedBytes : 0;

    /// <summary>Whether the upload of a single request must be initiated before its body is read, so that the collector asks
    /// it.</summary>
    public bool MustBeAnnounced(long lengthBytes) => lengthBytes > _maxUnannouncedBytes;

    /// <summary>Counts a part that its upload has accepted.</summary>
    public static void CountStored(long lengthBytes)
    {
        EngineTelemetry.PartsStored.Add(1);
        EngineTelemetry.PartBytesStored.Add(lengthBytes);
    }

    /// <summary>Stores a body and makes it durable. For an empty body, nothing is stored. If its length differs from the
    /// announced one, or if it is refused, the attempt is discarded.</summary>
    /// <param name="attempt">The name of the attempt.</param>
    /// <param name="body">The bytes. The stream is read to its end.</param>
    /// <param name="lengthBytes">Their announced number; not negative.</param>
    /// <param name="withLinearHash">Whether the linear hash is wanted.</param>
    /// <param name="digest">Computes further digests of a piece, which is valid until the task ends; null for none.</param>
    /// <param name="finish">Compares the hashes of the whole body with what the request states, and returns what was
    /// stored.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="AttemptDamagedException">The attempt was collected while it was written: its upload has ended, or
    /// writing took longer than the grace period.</exception>
    public async ValueTask<Outcome<TAnswer>> StoreAsync<TAnswer>(
        UploadId upload,
        AttemptId attempt,
        Stream body,
        long lengthBytes,
        bool withLinearHash,
        Func<ReadOnlyMemory<byte>, Task>? digest,
        Func<PartHashes, Outcome<TAnswer>> finish,
        CancellationToken cancellationToken)
        where TAnswer : class
    {
        if (lengthBytes == 0)
        {
            using var empty = new BodyWindow(lengthBytes, withLinearHash, lanes);
            return await body.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken) == 0
                ? finish(empty.Finish())
                : new(new Refusal.LengthDiffers(0, 1));
        }

        using var activity = EngineTracing.StartAttempt(upload, lengthBytes);
        await using var writer = await parts.CreateAsync(upload, attempt, lengthBytes, cancellationToken);
        using var window = new BodyWindow(lengthBytes, withLinearHash, lanes);
        var received = await window.CopyAsync(body, writer, digest, cancellationToken);
        if (received != lengthBytes)
        {
            return new(new Refusal.LengthDiffers(lengthBytes, received));
        }

        var hashes = window.Finish();
        var outcome = finish(hashes);
        if (outcome.Refusal is null)
        {
            await writer.CommitAsync(hashes.Leaves.AsMemory(), cancellationToken);
        }

        return outcome;
    }

    /// <summary>Reports a durable attempt. If the outcome is unknown, the report is repeated, because that is cheaper than
    /// receiving the bytes again.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown.</exception>
    public async ValueTask<Outcome<Done>> ReportAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, ICommand<Done> report, CancellationToken cancellationToken)
    {
        var (outcome, isOnly) = await SendAsync(upload, report, cancellationToken);
        if (outcome.Refusal is null)
        {
            CountStored(lengthBytes);
        }
        else if (isOnly)
        {
            await TryDeleteAsync(() => parts.DeleteAttemptsAsync(upload, [attempt], CancellationToken.None));
        }

        return outcome;
    }

    /// <summary>Deletes the bytes of an upload that does not use them.</summary>
    public ValueTask DiscardAsync(UploadId upload) =>
        TryDeleteAsync(() => parts.DeleteUploadAsync(upload, CancellationToken.None));

    /// <summary>Sends a report.</summary>
    /// <returns>The answer, and whether the report was sent only once. If so, a refusal proves that the upload does not use the attempt. If
    /// not, an earlier report may have made the attempt the part, and the upload may have ended since.</returns>
    private async ValueTask<(Outcome<Done> Outcome, bool IsOnly)> SendAsync(
        UploadId upload, ICommand<Done> report, CancellationToken cancellationToken)
    {
        for (var reports = 1; ; reports++)
        {
            try
            {
                var (outcome, isOfRepetition) = await host.AskTrackedAsync(upload.Entity, report, cancellationToken);
                return (outcome, reports == 1 && !isOfRepetition);
            }
            catch (EntityUnavailableException fault) when (!fault.IsRefused && reports < MaxReports)
            {
                // Before it decides the repeated report, the entity reads its journal again.
            }
            catch (EntityUnavailableException fault) when (fault.IsRefused && reports > 1)
            {
                throw EntityUnavailableException.OfUnknownOutcome(fault);
            }
        }
    }

    /// <summary>Deletes bytes. If that fails, the collector does it later, and the caller still gets the answer of the
    /// upload, or the first error.</summary>
    private static async ValueTask TryDeleteAsync(Func<ValueTask> delete)
    {
        try
        {
            await delete();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or PartStoreUnavailableException)
        {
        }
    }
}
