using System.Buffers;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <content>Completion, and what follows from it: the manifest, then the vault's index.</content>
public sealed partial class UploadDecider
{
    private const string ManifestKey = "manifest";
    private const string IndexKey = "index";
    private const string CloseKey = "close";

    /// <summary>The parts cover the archive without a gap, every part but the last is full, and size and tree hash are
    /// those that the caller states. Repeated with the same size and hash it answers the same archive for ever.</summary>
    private static Decision<UploadEvent> Complete(UploadState state, CompleteUpload command, DateTimeOffset now)
    {
        switch (state)
        {
            case UploadState.Completed done when done.Opening.Vault.Id == command.Vault:
                return done.SizeBytes == command.SizeBytes && done.TreeHash == command.TreeHash
                    ? Repeat(Describe(done))
                    : Refuse(new Refusal.CompletedOtherwise(done.Archive, done.SizeBytes, done.TreeHash));
            case UploadState.Open open when open.Opening.Vault.Id == command.Vault:
                if (RefusalOfCompletion(open, command) is { } refusal)
                {
                    return Refuse(refusal);
                }

                var archive = ArchiveId.Derive(open.Opening.Upload, command.SizeBytes, command.TreeHash);
                var completed = new UploadCompleted(archive, command.SizeBytes, command.TreeHash, now);
                var next = Completed(open, completed);
                return Accept(Describe(next), completed).Telling(StoreManifest(next, open.Parts));
            default:
                return Refuse(NotFound);
        }
    }

    private static Refusal? RefusalOfCompletion(UploadState.Open open, CompleteUpload command)
    {
        var parts = open.Parts;
        var size = open.Opening.PartSize;
        if (parts.Count == 0)
        {
            return new Refusal.NoParts();
        }

        var hashes = ArrayPool<TreeHash>.Shared.Rent(parts.SlotCount);
        try
        {
            long uploadedBytes = 0;
            for (var slot = 0; slot < parts.SlotCount; slot++)
            {
                if (parts[slot] is not { } part)
                {
                    return new Refusal.PartMissing(FirstGap(parts, slot, size.Bytes));
                }

                if (part.LengthBytes < size.Bytes && slot < parts.SlotCount - 1)
                {
                    return new Refusal.PartTooShort(RangeOf(slot, part.LengthBytes, size.Bytes), size);
                }

                hashes[slot] = part.TreeHash;
                uploadedBytes += part.LengthBytes;
            }

            if (uploadedBytes != command.SizeBytes)
            {
                return new Refusal.SizeDiffers(command.SizeBytes, uploadedBytes);
            }

            var computed = TreeHasher.Combine(hashes.AsSpan(0, parts.SlotCount));
            return computed == command.TreeHash ? null : new Refusal.TreeHashDiffers(command.TreeHash, computed);
        }
        finally
        {
            ArrayPool<TreeHash>.Shared.Return(hashes);
        }
    }

    private static PartRange FirstGap(PartMap parts, int firstMissing, long partSizeBytes)
    {
        var next = firstMissing;
        while (parts[next] is null)
        {
            next++;
        }

        return new PartRange(firstMissing * partSizeBytes, (next * partSizeBytes) - 1);
    }

    private static UploadState.Completed Completed(UploadState.Open open, UploadCompleted happened) => new(
        open.Opening,
        happened.Archive,
        happened.SizeBytes,
        happened.TreeHash,
        happened.At,
        open.Parts,
        Indexed: false,
        ReleasedAt: null);

    private static CompletedArchive Describe(UploadState.Completed done) =>
        new(done.Archive, done.Opening.Vault.Id, done.SizeBytes, done.TreeHash);

    private static Intent StoreManifest(UploadState.Completed done, PartMap parts)
    {
        var extents = new Extent[parts.Count];
        var next = 0;
        foreach (var (_, part) in parts.From(0))
        {
            extents[next++] = new Extent(part.Place, part.LengthBytes, part.TreeHash);
        }

        var opening = done.Opening;
        var manifest = new Manifest(
            opening.Upload, done.Archive, done.SizeBytes, done.TreeHash, opening.PartSize.Bytes, extents, opening.Custody);
        return new Intent(ManifestKey, new IntentAction.StoreManifest(manifest), new ConfirmManifestStored());
    }

    private static Intent IndexArchive(UploadState.Completed done)
    {
        var opening = done.Opening;
        var vault = opening.Vault;
        var entry = new ArchiveEntry(
            done.Archive,
            opening.Upload,
            done.SizeBytes,
            done.TreeHash,
            opening.Description,
            done.CompletedAt,
            opening.Custody);
        var shard = ArchiveShardDecider.ShardOf(done.Archive, vault);
        return new Intent(
            IndexKey,
            new IntentAction.Tell(vault.ArchiveShard(shard), new AddArchive(vault, shard, entry)),
            new ConfirmArchiveIndexed()) { AnswersUnconfirmed = true };
    }

    private static Intent CloseUpload(UploadOpening opening) => new(
        CloseKey,
        new IntentAction.Tell(opening.Vault.Id.Entity, new Vaults.CloseUpload(opening.Upload, opening.Vault.Epoch)),
        new ConfirmUploadClosed()) { AnswersUnconfirmed = true };
}
