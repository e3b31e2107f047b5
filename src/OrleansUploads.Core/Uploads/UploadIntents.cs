using System.Collections;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Uploads;

/// <summary>The intents of an upload: store the manifest, index the archive, stop listing the upload, and delete
/// bytes.</summary>
internal static class UploadIntents
{
    /// <summary>The intents that the state requires and that are not confirmed.</summary>
    public static IEnumerable<Intent> Pending(UploadState state) => state switch
    {
        UploadState.OfObject ofObject => ObjectUploadIntents.Pending(ofObject),
        UploadState.Open { Listed: false } open when UploadEvolution.IsListed(open.Spec) => [List(open.Spec)],
        UploadState.Completed completed => AfterCompletion(completed),
        UploadState.Ended { Closed: false } ended => [ended.Listed ? Unlist(ended.Spec) : List(ended.Spec)],
        _ => [],
    };

    /// <summary>Returns the decision with the intents that the state after its events requires.</summary>
    public static Decision<UploadEvent> TellingPendingAfter(this Decision<UploadEvent> decision, UploadState before) =>
        decision.Telling([.. Pending(decision.Events.Aggregate(before, UploadEvolution.Apply))]);

    /// <summary>Makes the container of an upload list it.</summary>
    public static Intent List(KeyIndexId uploads, KeyEntry entry) => new(
        "list",
        new TellKey(uploads, entry.PositionIn(KeyTree.Uploads), new ListUpload(entry)),
        new ConfirmUploadListed())
    { AnswersUnconfirmed = true };

    /// <summary>Makes the container of an upload stop listing it.</summary>
    public static Intent Unlist(KeyIndexId uploads, KeyPosition position) => new(
        "unlist",
        new TellKey(uploads, position, new UnlistUpload(position)),
        new ConfirmUploadUnlisted())
    { AnswersUnconfirmed = true };

    private static Intent List(UploadSpec spec) => List(spec.Vault.Uploads, EntryOf(spec));

    private static Intent Unlist(UploadSpec spec) => Unlist(spec.Vault.Uploads, EntryOf(spec).PositionIn(KeyTree.Uploads));

    private static KeyEntry EntryOf(UploadSpec spec) => new(default, spec.Upload, spec.CreatedAt, default)
    {
        Archive = new ListedArchive(spec.PartSize, spec.Description, spec.ByteStorage),
    };

    /// <summary>What follows from a completion. The index of archives and the list of uploads are told at the same time.</summary>
    private static IEnumerable<Intent> AfterCompletion(UploadState.Completed completed)
    {
        if (completed.Parts is { } parts)
        {
            yield return StoreArchive(completed, parts);
        }

        if (!completed.Unlisted)
        {
            yield return Unlist(completed.Spec);
        }

        if (completed is { BytesReleased: true, BytesReclaimed: false })
        {
            yield return ReclaimBytes(completed.Spec.Upload);
        }
    }

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
            Settles = (answer, verdict) => verdict is not AdditionVerdict.VaultGone ? answer
                : UploadEvolution.IsListed(spec) ? new Refusal.UploadNotFound()
                : new Refusal.VaultNotFound(spec.Vault.Id),
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
