using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Receiving;

/// <summary>Uploads archives: stores bytes in new attempts, makes them durable, and only then reports them to the upload.</summary>
/// <remarks>Each body in flight uses bounded memory, independent of its length.</remarks>
/// <param name="time">The clock of creation times.</param>
/// <param name="maintenance">How soon unowned bytes are deleted, or null for the default.</param>
/// <param name="lanes">Hashes several bodies at a time, or null to hash each one alone.</param>
public sealed class ArchiveIntake(
    IEntityHost host, IPartStore parts, IdSource ids, TimeProvider time, MaintenanceOptions? maintenance = null, SharedLanes? lanes = null)
{
    /// <summary>The maximum number of times that the part store is listed for one complete request. Further listings are needed if parts
    /// are reported at the same time.</summary>
    private const int MaxListings = 3;

    private readonly AttemptIntake _attempts = new(host, parts, lanes, maintenance ?? new MaintenanceOptions());

    /// <summary>Initiates a multipart upload. With a key, finds the one that was initiated with the same key before.</summary>
    /// <param name="vault">The incarnation of the vault in the request.</param>
    /// <param name="partSize">The size of every part except the last.</param>
    /// <param name="description">The archive's description.</param>
    /// <param name="storage">Which system stores the bytes.</param>
    /// <param name="totalBytes">The archive's size, as the client announced it, or null.</param>
    /// <param name="createKey">The client's key, distinct for each upload to the vault, or null if it has none.</param>
    /// <param name="cancellationToken">Stops waiting; the upload may have been initiated.</param>
    /// <returns>What is fixed of the upload; refused if the key belongs to one that has ended or has other properties.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown. Initiating again is safe with a key, and creates another upload
    /// without.</exception>
    public async ValueTask<Outcome<ArchiveUploadSpec>> InitiateAsync(
        VaultIncarnation vault,
        PartSize partSize,
        Description description,
        ByteStorage storage,
        long? totalBytes,
        string? createKey,
        CancellationToken cancellationToken)
    {
        var spec = NewSpec(ids.NewUpload(), vault, partSize, description, UploadOrigin.Multipart) with
        {
            ByteStorage = storage,
            TotalBytes = totalBytes,
        };
        if (createKey is null)
        {
            await host.AskAsync(spec.Upload.Entity, new InitiateUpload(spec), cancellationToken);
            return new(spec);
        }

        spec = spec with { Upload = UploadId.FromCreateKey($"{vault}", createKey).InGroup(EntityGroup.Of(vault.Id)) };
        await host.AskAsync(spec.Upload.Entity, new InitiateUpload(spec), cancellationToken);

        // An upload that exists already stays as it is.
        var found = await host.AskAsync(spec.Upload.Entity, new SummarizeUpload(vault), cancellationToken);
        return !found.TryGet(out var known, out var refusal) ? new(refusal)
            : spec.RefusalOfRepetition(known.Spec, known.Phase) is { } inUse ? new(inUse)
            : new(known.Spec);
    }

    /// <summary>Stores a part of a multipart upload.</summary>
    /// <param name="vault">The incarnation of the vault in the request.</param>
    /// <param name="range">The range of the part.</param>
    /// <param name="stated">The hashes in the request.</param>
    /// <param name="body">The bytes. The stream is read to its end.</param>
    /// <param name="sender">Who sends them, or null if that is not known.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="PartStoreFullException">The part store is full.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; sending the part again is safe.</exception>
    public async ValueTask<Outcome<Done>> StorePartAsync(
        UploadId upload,
        VaultIncarnation vault,
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
        var stored = await StoreAsync(upload, attempt, range, stated, body, cancellationToken);
        if (stored.Refusal is { } refused)
        {
            // An attempt is also collected if its upload has ended, and then the body need not be sent again. The first check may have been
            // answered from outdated state.
            var ended = refused is Refusal.AttemptCollected
                ? (await host.AskAsync(upload.Entity, new CheckCurrentPart(vault, range), cancellationToken)).Refusal
                : null;
            return new(ended ?? refused);
        }

        var report = new StorePart(vault, range, stated.Tree, attempt, sender);
        return await _attempts.ReportAsync(upload, attempt, range.LengthBytes, report, cancellationToken);
    }

    /// <summary>Completes an upload after checking that the part store contains all its parts.</summary>
    /// <param name="vault">The incarnation of the vault in the request.</param>
    /// <param name="sizeBytes">The archive's size in the request.</param>
    /// <param name="treeHash">The archive's tree hash in the request.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; completing again is safe.</exception>
    public ValueTask<Outcome<CompletedArchive>> CompleteAsync(
        UploadId upload, VaultIncarnation vault, long sizeBytes, TreeHash treeHash, CancellationToken cancellationToken) =>
        CompleteAsync(
            parts,
            upload,
            stored => host.AskAsync(upload.Entity, new CompleteUpload(vault, sizeBytes, treeHash, stored), cancellationToken),
            cancellationToken);

    /// <summary>Lists the stored parts of an upload, unless the store vouches for them, and lets the upload complete with the listing.
    /// </summary>
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

    /// <summary>Stores an archive in one request.</summary>
    /// <param name="vault">The incarnation of the vault in the request.</param>
    /// <param name="description">The archive's description.</param>
    /// <param name="lengthBytes">The length of the archive: 1 byte to 4 GiB.</param>
    /// <param name="stated">The hashes in the request.</param>
    /// <param name="body">The bytes. The stream is read to its end.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="PartStoreFullException">The part store is full.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown. Repeating the call creates another archive.</exception>
    public async ValueTask<Outcome<CompletedArchive>> StoreArchiveAsync(
        VaultIncarnation vault,
        Description description,
        long lengthBytes,
        StatedHashes stated,
        Stream body,
        CancellationToken cancellationToken)
    {
        var (upload, attempt) = ids.NewSingleRequest();
        var spec = NewSpec(upload, vault, PartSize.Largest, description, UploadOrigin.SingleRequest);
        var isAnnounced = _attempts.MustBeAnnounced(lengthBytes);
        if (isAnnounced)
        {
            await host.AskAsync(spec.Upload.Entity, new InitiateUpload(spec), cancellationToken);
        }

        var mayBeInUse = false;
        try
        {
            var stored = await StoreAsync(spec.Upload, attempt, new PartRange(0, lengthBytes - 1), stated, body, cancellationToken);
            if (stored.Refusal is { } refusal)
            {
                return new(refusal);
            }

            mayBeInUse = true;
            var (outcome, isOfRepetition) = await host.AskTrackedAsync(
                spec.Upload.Entity, new PutArchive(spec, lengthBytes, stated.Tree, attempt), cancellationToken);
            if (outcome.Refusal is null)
            {
                AttemptIntake.CountStored(lengthBytes);
            }

            // The refusal of a repeated command proves nothing about the first one, unless the upload has ended with it.
            mayBeInUse = outcome.Refusal is null || (isOfRepetition && outcome.Refusal is not Refusal.VaultNotFound);
            return outcome;
        }
        finally
        {
            if (!mayBeInUse)
            {
                await DiscardAsync(spec, isAnnounced);
            }
        }
    }

    /// <summary>Deletes the bytes of a single request that has failed, and ends its upload. If that fails, the upload expires and the bytes
    /// are collected later.</summary>
    private async ValueTask DiscardAsync(ArchiveUploadSpec spec, bool isAnnounced)
    {
        await _attempts.DiscardAsync(spec.Upload);
        if (isAnnounced)
        {
            try
            {
                await host.AskAsync(spec.Upload.Entity, new AbortUpload(spec.Vault), CancellationToken.None);
            }
            catch (EntityUnavailableException)
            {
            }
        }
    }

    /// <summary>Stores a body and makes it durable. Refused if its hashes are not the stated ones, or if it was collected while it was
    /// written.</summary>
    private async ValueTask<Outcome<Done>> StoreAsync(
        UploadId upload, AttemptId attempt, PartRange range, StatedHashes stated, Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return await _attempts.StoreAsync(
                upload,
                attempt,
                body,
                range.LengthBytes,
                withLinearHash: stated.Linear is not null,
                digest: null,
                hashes => stated.RefusalOf(hashes) is { } differs ? new(differs) : new Outcome<Done>(Done.Instance),
                cancellationToken);
        }
        catch (AttemptDamagedException)
        {
            return new(new Refusal.AttemptCollected(range));
        }
    }

    private ArchiveUploadSpec NewSpec(
        UploadId upload, VaultIncarnation vault, PartSize partSize, Description description, UploadOrigin origin) => new(
        upload.InGroup(EntityGroup.Of(vault.Id)),
        vault,
        partSize,
        description,
        origin,
        time.GetUtcNow().InWholeMilliseconds());
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
