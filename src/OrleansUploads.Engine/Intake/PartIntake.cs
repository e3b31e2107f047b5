using System.Buffers;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Intake;

/// <summary>Takes bytes in: streams them to a new attempt while hashing them, makes them durable, and only then reports
/// them to their upload.</summary>
/// <remarks>Memory is bounded by one buffer for each body in flight, whatever the part size.</remarks>
public sealed class PartIntake(IEntityHost host, IPartStore parts, IdSource ids)
{
    /// <summary>Bytes that are read, hashed and written at a time; divides the 1 MiB leaf.</summary>
    public const int BufferBytes = 256 * 1024;

    /// <summary>How often a durable part is reported before its bytes are given up.</summary>
    private const int MaxReports = 3;

    /// <summary>Stores a part of a multipart upload.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="vault">The vault that the caller addressed.</param>
    /// <param name="range">The bytes that the part holds.</param>
    /// <param name="stated">The hashes that the caller states.</param>
    /// <param name="body">The bytes; read to its end.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    /// <exception cref="PartStoreFullException">There is no room.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; sending the part again is safe.</exception>
    public async ValueTask<Outcome<PartStanding>> StorePartAsync(
        UploadId upload,
        VaultId vault,
        PartRange range,
        StatedHashes stated,
        Stream body,
        CancellationToken cancellationToken)
    {
        var check = await host.AskAsync(upload.Entity, new CheckPart(vault, range), cancellationToken);
        if (check.Refusal is { } refusal)
        {
            return new(refusal);
        }

        var attempt = ids.NewAttempt();
        try
        {
            if (await WriteAsync(upload, attempt, range.LengthBytes, stated, body, cancellationToken) is { } refused)
            {
                return new(refused);
            }
        }
        catch (AttemptDamagedException)
        {
            // It was collected while it was written: its upload has ended, or it took longer than the grace.
            check = await host.AskAsync(upload.Entity, new CheckPart(vault, range), cancellationToken);
            return new(check.Refusal ?? new Refusal.AttemptCollected(range));
        }

        var (outcome, reports) = await ReportAsync(
            upload, new StorePart(vault, range, stated.Tree, attempt), cancellationToken);
        if (outcome.TryGet(out var standing, out _) && standing.AttemptInUse)
        {
            EngineTelemetry.PartsStored.Add(1);
            EngineTelemetry.PartBytesStored.Add(range.LengthBytes);
        }
        else if (standing is not null || reports == 1)
        {
            // Definitely no part, so nobody will ever ask for these bytes. A refusal after a report of unknown outcome
            // does not say so: the bytes may have become the part, and the upload an archive, before the second report.
            await parts.DeleteAttemptAsync(upload, attempt, CancellationToken.None);
        }

        return outcome;
    }

    /// <summary>Stores an archive that comes in one request: an upload of one part, completed at once.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="description">What its owner says of it.</param>
    /// <param name="lengthBytes">1 byte to 4 GiB.</param>
    /// <param name="stated">The hashes that the caller states.</param>
    /// <param name="body">The bytes; read to its end.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    /// <exception cref="PartStoreFullException">There is no room.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating makes another archive.</exception>
    public async ValueTask<Outcome<CompletedArchive>> StoreArchiveAsync(
        VaultId vault,
        Description description,
        long lengthBytes,
        StatedHashes stated,
        Stream body,
        CancellationToken cancellationToken)
    {
        var upload = ids.NewUpload();
        var opened = await host.AskAsync(
            vault.Entity,
            new OpenUpload(vault, upload, PartSize.Largest, description, UploadOrigin.SingleRequest),
            cancellationToken);
        if (opened.Refusal is { } refusal)
        {
            return new(refusal);
        }

        var completed = false;
        try
        {
            var range = new PartRange(0, lengthBytes - 1);
            var stored = await StorePartAsync(upload, vault, range, stated, body, cancellationToken);
            if (stored.Refusal is { } refused)
            {
                return new(refused);
            }

            var outcome = await host.AskAsync(
                upload.Entity, new CompleteUpload(vault, lengthBytes, stated.Tree), cancellationToken);
            completed = outcome.Refusal is null;
            return outcome;
        }
        finally
        {
            if (!completed)
            {
                await AbortQuietlyAsync(upload, vault);
            }
        }
    }

    /// <summary>Writes a body to a new attempt; a body that is not what its caller stated leaves nothing.</summary>
    private async ValueTask<Refusal?> WriteAsync(
        UploadId upload,
        AttemptId attempt,
        long lengthBytes,
        StatedHashes stated,
        Stream body,
        CancellationToken cancellationToken)
    {
        await using var writer = await parts.CreateAsync(upload, attempt, lengthBytes, cancellationToken);
        using var hasher = new PartHasher();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long received = 0;
            while (true)
            {
                var count = await body.ReadAtLeastAsync(
                    buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, cancellationToken);
                received += count;
                if (count == 0 || received > lengthBytes)
                {
                    break;
                }

                hasher.Append(buffer.AsSpan(0, count));
                await writer.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            if (received != lengthBytes)
            {
                return new Refusal.LengthDiffers(lengthBytes, received);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var hashes = hasher.Finish();
        if (hashes.Linear != stated.Linear)
        {
            return new Refusal.LinearHashDiffers(stated.Linear, hashes.Linear);
        }

        if (hashes.Tree != stated.Tree)
        {
            return new Refusal.TreeHashDiffers(stated.Tree, hashes.Tree);
        }

        await writer.CommitAsync(hashes.Leaves.AsMemory(), cancellationToken);
        return null;
    }

    /// <summary>Reports a durable part. Where the outcome is unknown the report is repeated, which is cheaper than having
    /// the bytes sent again.</summary>
    private async ValueTask<(Outcome<PartStanding> Outcome, int Reports)> ReportAsync(
        UploadId upload, StorePart report, CancellationToken cancellationToken)
    {
        for (var reports = 1; ; reports++)
        {
            try
            {
                return (await host.AskAsync(upload.Entity, report, cancellationToken), reports);
            }
            catch (EntityUnavailableException) when (reports < MaxReports)
            {
                // Asked again, the entity first reads its journal.
            }
        }
    }

    /// <summary>An abort that fails leaves an upload that expires by itself. One that comes after a completion whose answer
    /// was lost is refused, and the archive stays.</summary>
    private async ValueTask AbortQuietlyAsync(UploadId upload, VaultId vault)
    {
        try
        {
            await host.AskAsync(upload.Entity, new AbortUpload(vault), CancellationToken.None);
        }
        catch (EntityUnavailableException)
        {
        }
    }
}

/// <summary>The hashes of a body, as its sender states them.</summary>
/// <param name="Linear">SHA-256 of all bytes.</param>
/// <param name="Tree">Their tree hash.</param>
public readonly record struct StatedHashes(LinearHash Linear, TreeHash Tree);
