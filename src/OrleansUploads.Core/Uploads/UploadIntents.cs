using System.Collections;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Uploads;

/// <summary>The intents of an upload: store the manifest, index the archive, stop listing the upload, and delete
/// bytes.</summary>
internal static class UploadIntents
{
    /// <summary>The intents that the state requires and that are not confirmed.</summary>
    public static IEnumerable<Intent> Pending(UploadState state) => state switch
    {
        UploadState.OfObject ofObject => ObjectUploadIntents.Pending(ofObject),
        UploadState.Completed { Parts: { } parts } completed => [StoreArchive(completed, parts)],
        UploadState.Completed { BytesReleased: true, BytesReclaimed: false } completed => [ReclaimBytes(completed.Spec.Upload)],
        UploadState.Ended { Closed: false } ended => [CloseUpload(ended.Spec)],
        _ => [],
    };

    /// <summary>Returns the decision with the intents that the state after its events requires.</summary>
    public static Decision<UploadEvent> TellingPendingAfter(this Decision<UploadEvent> decision, UploadState before) =>
        decision.Telling([.. Pending(decision.Events.Aggregate(before, UploadEvolution.Apply))]);

    /// <summary>Stores the manifest in the part store, and then adds the archive to the vault's index. Both are one intent, because
    /// repeating the first step changes nothing: a crash in between costs less than a record of it in every completion.</summary>
    private static Intent StoreArchive(UploadState.Completed done, PartMap parts)
    {
        var spec = done.Spec;
        var manifest = new Manifest(
            spec.Upload, done.Archive, done.SizeBytes, done.TreeHash, spec.PartSize.Bytes, new PartExtents(parts), spec.ByteStorage);
        return new Intent(
            "index",
            new StoreManifest(manifest, AddToIndex(done)),
            static verdict => new ConfirmArchiveIndexed(verdict is AdditionVerdict.VaultGone))
        {
            AnswersUnconfirmed = true,

            // No answer may name an archive that the vault has not recorded.
            Settles = static (answer, verdict) =>
                verdict is AdditionVerdict.VaultGone ? new Refusal.UploadNotFound() : answer,
        };
    }

    private static TellEntity AddToIndex(UploadState.Completed done)
    {
        var spec = done.Spec;
        var vault = spec.Vault;
        var entry = new ArchiveEntry(
            done.Archive,
            spec.Upload,
            done.SizeBytes,
            done.TreeHash,
            spec.Description,
            done.CompletedAt,
            spec.ByteStorage);
        var shard = vault.ShardOf(done.Archive);
        return new TellEntity(vault.ArchiveShard(shard), new AddArchive(vault, shard, entry));
    }

    /// <summary>Makes the vault stop listing an upload that was aborted or has expired.</summary>
    private static Intent CloseUpload(UploadSpec spec) => new(
        "close",
        new TellEntity(spec.Vault.Id.Entity, new CloseUpload(spec.Upload, spec.Vault.Epoch)),
        new ConfirmUploadClosed())
    {
        AnswersUnconfirmed = true,
    };

    /// <summary>Makes a vault stop listing an upload that it admitted although the ID was in use. The vault repeats the initiation until
    /// it is answered.</summary>
    public static Intent CloseAdmission(UploadSpec spec) => new(
        $"close-admission/{spec.Vault.Id}/{spec.Vault.Epoch}/{spec.CreatedAt.UtcTicks}",
        new TellEntity(spec.Vault.Id.Entity, new CloseUpload(spec.Upload, spec.Vault.Epoch)),
        new ConfirmAdmissionClosed())
    {
        AnswersUnconfirmed = true,
        IsRecorded = false,
    };

    /// <summary>Deletes the bytes of a deleted archive or object that nothing refers to.</summary>
    public static Intent ReclaimBytes(UploadId upload) => new("reclaim", new ReclaimBytes(upload), new ConfirmBytesReclaimed());

    /// <summary>Deletes the bytes of an upload that has ended without an archive or object. No state records this: what a crash, a failure,
    /// a backup or a clock that is not trusted leaves is collected later.</summary>
    public static ImmutableArray<Intent> ReclaimEnded(UploadId upload, ServiceTime time) =>
        time is { IsTrusted: true, HoldsBytes: false } ? [ReclaimBytes(upload) with { IsRecorded = false }] : [];
}

/// <summary>The parts of a completed upload as the extents of its archive. A view: copying ten thousand extents takes as long as a
/// commit.</summary>
/// <param name="parts">Parts without a gap between them.</param>
internal sealed class PartExtents(PartMap parts) : IReadOnlyList<Extent>
{
    public int Count => parts.Count;

    public Extent this[int index] => parts[index] is { } part
        ? new Extent(part.Place, part.LengthBytes, part.TreeHash)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {parts.Count} parts.");

    public IEnumerator<Extent> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
