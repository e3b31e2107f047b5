using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Stores uploaded bytes: streams them to a new attempt while hashing them, makes them durable, and only then reports the
/// part to its upload.</summary>
/// <remarks>Each body in flight uses bounded memory, independent of the part size.</remarks>
/// <param name="host">The entities.</param>
/// <param name="parts">Stores the bytes.</param>
/// <param name="ids">Makes new IDs.</param>
/// <param name="lanes">Hashes several bodies at a time, or null to hash each one alone.</param>
public sealed class PartIntake(IEntityHost host, IPartStore parts, IdSource ids, SharedLanes? lanes = null)
{
    /// <summary>The maximum number of times that the part store is listed for one complete request. Further listings are needed if parts
    /// are reported at the same time.</summary>
    private const int MaxListings = 3;

    private readonly AttemptIntake _attempts = new(host, parts, lanes);

    /// <summary>Opens an upload.</summary>
    /// <param name="command">The command. Its upload ID is new.</param>
    /// <param name="cancellationToken">Stops waiting. The upload may be opened nevertheless.</param>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; sending the same command again is safe.</exception>
    public async ValueTask<Outcome<UploadSpec>> OpenAsync(OpenUpload command, CancellationToken cancellationToken)
    {
        var (opened, isOfRepetition) = await host.AskTrackedAsync(command.Vault.Entity, command, cancellationToken);
        if (!isOfRepetition || opened.Refusal is not Refusal.TooManyUploads)
        {
            return opened;
        }

        // The first command may have taken the vault's last place. If so, the upload exists.
        var found = await host.AskAsync(command.Upload.Entity, new SummarizeUpload(command.Vault), cancellationToken);
        return found.TryGet(out var summary, out _) ? new(summary.Spec) : opened;
    }

    /// <summary>Stores a part of a multipart upload.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="vault">The vault in the request.</param>
    /// <param name="range">The range of the part.</param>
    /// <param name="stated">The hashes in the request.</param>
    /// <param name="body">The bytes. The stream is read to its end.</param>
    /// <param name="sender">Who sends them, or null if that is not known.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="PartStoreFullException">The part store is full.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; sending the part again is safe.</exception>
    public async ValueTask<Outcome<Done>> StorePartAsync(
        UploadId upload,
        VaultId vault,
        PartRange range,
        StatedHashes stated,
        Stream body,
        Sender? sender,
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
            var stored = await _attempts.StoreAsync(
                upload,
                attempt,
                body,
                range.LengthBytes,
                withLinearHash: stated.Linear is not null,
                digest: null,
                hashes => stated.RefusalOf(hashes) is { } differs ? new(differs) : new Outcome<Done>(Done.Instance),
                cancellationToken);
            if (stored.Refusal is not null)
            {
                return stored;
            }
        }
        catch (AttemptDamagedException)
        {
            // Advice may be outdated, so the upload is asked for its parts.
            var listed = await host.AskAsync(upload.Entity, new ListParts(vault, range.FirstByte, 1), cancellationToken);
            return new(listed.Refusal ?? new Refusal.AttemptCollected(range));
        }

        var report = new StorePart(vault, range, stated.Tree, attempt, sender);
        return await _attempts.ReportAsync(upload, attempt, range.LengthBytes, report, cancellationToken);
    }

    /// <summary>Completes an upload after checking that the part store contains all its parts.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="vault">The vault in the request.</param>
    /// <param name="sizeBytes">The archive's size in the request.</param>
    /// <param name="treeHash">The archive's tree hash in the request.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; completing again is safe.</exception>
    public ValueTask<Outcome<CompletedArchive>> CompleteAsync(
        UploadId upload, VaultId vault, long sizeBytes, TreeHash treeHash, CancellationToken cancellationToken) =>
        CompleteAsync(
            parts,
            upload,
            stored => host.AskAsync(upload.Entity, new CompleteUpload(vault, sizeBytes, treeHash, stored), cancellationToken),
            cancellationToken);

    /// <summary>Lists the stored parts of an upload, unless the store vouches for them, and lets the upload complete with the listing.
    /// </summary>
    /// <param name="parts">The part store.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="complete">Sends the upload the command with a listing.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public static async ValueTask<Outcome<CompletedArchive>> CompleteAsync(
        IPartStore parts,
        UploadId upload,
        Func<IReadOnlyList<ListedAttempt>?, ValueTask<Outcome<CompletedArchive>>> complete,
        CancellationToken cancellationToken)
    {
        for (var listings = 1; ; listings++)
        {
            var outcome = await complete(await parts.ListStoredAsync(upload, cancellationToken));

            // A part that was reported after the listing is missing from it, so list again.
            if (outcome.Refusal is not Refusal.PartLost || listings == MaxListings)
            {
                return outcome;
            }
        }
    }

    /// <summary>Stores an archive that is uploaded in a single request, as an upload with one part that is completed
    /// immediately.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="description">The archive's description.</param>
    /// <param name="lengthBytes">The length of the archive: 1 byte to 4 GiB.</param>
    /// <param name="stated">The hashes in the request.</param>
    /// <param name="body">The bytes. The stream is read to its end.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="PartStoreFullException">The part store is full.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown. Repeating the call creates another archive.</exception>
    public async ValueTask<Outcome<CompletedArchive>> StoreArchiveAsync(
        VaultId vault,
        Description description,
        long lengthBytes,
        StatedHashes stated,
        Stream body,
        CancellationToken cancellationToken)
    {
        var upload = ids.NewUpload();

        // Not canceled: an upload that is being opened cannot be aborted yet, and would prevent the vault's deletion until it expires.
        var opened = await OpenAsync(
            new OpenUpload(vault, upload, PartSize.Largest, description, UploadOrigin.SingleRequest), CancellationToken.None);
        if (opened.Refusal is { } refusal)
        {
            return new(refusal);
        }

        var completed = false;
        try
        {
            var range = new PartRange(0, lengthBytes - 1);
            var stored = await StorePartAsync(upload, vault, range, stated, body, sender: null, cancellationToken);
            if (stored.Refusal is { } refused)
            {
                return new(refused);
            }

            // The only part has just been made durable, so the part store is not checked again.
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

    /// <summary>Aborts an upload and ignores failures. If the abort fails, the upload expires later. If the upload was completed but the
    /// answer was lost, the abort is refused and the archive stays.</summary>
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

/// <summary>The hashes of a body in a request.</summary>
/// <param name="Linear">The SHA-256 hash of all bytes, or null if the signature covers them by the tree hash alone.</param>
/// <param name="Tree">The tree hash of the bytes.</param>
public readonly record struct StatedHashes(LinearHash? Linear, TreeHash Tree)
{
    /// <summary>Why a body with other hashes is refused, or null if these are its hashes.</summary>
    internal Refusal? RefusalOf(PartHashes hashes) =>
        Linear is { } linear && hashes.Linear != linear
            ? new Refusal.LinearHashDiffers(linear, hashes.Linear.GetValueOrDefault())
            : hashes.Tree != Tree ? new Refusal.TreeHashDiffers(Tree, hashes.Tree, hashes.Linear) : null;
}
