using System.Text.Json.Serialization;
using OrleansUploads.Core.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>The events of an upload. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record UploadEvent
{
    private protected UploadEvent()
    {
    }
}

[Named("upload-initiated.1")]
public sealed record UploadInitiated(UploadSpec Spec) : UploadEvent;

/// <summary>The vault or bucket lists the multipart upload.</summary>
[Named("upload-listed.1")]
public sealed record UploadListed : UploadEvent;

/// <summary>The vault or bucket no longer lists the upload, which was completed or has ended.</summary>
[Named("upload-unlisted.1")]
public sealed record UploadUnlisted : UploadEvent;

/// <summary>A part was accepted and replaced any earlier one of its number.</summary>
/// <param name="Number">Its number, starting at 1.</param>
/// <param name="Sender">The sender, if it is the first part of this sender; otherwise null. A note.</param>
[Named("part-stored.1")]
public sealed record PartStored(int Number, StoredPart Part, Sender? Sender = null) : UploadEvent;

/// <summary>Attempts that started before an instant and are not parts may be collected.</summary>
[Named("attempts-fenced.1")]
public sealed record AttemptsFenced(DateTimeOffset Before) : UploadEvent;

/// <summary>A client completed the upload. From now on it takes nothing until the index of archives or the key's leaf has
/// decided.</summary>
[Named("completion-frozen.1")]
public sealed record CompletionFrozen(Completion Completion) : UploadEvent;

/// <summary>The key's leaf did not publish the object, because its condition failed or the key was changed after the ticket. The upload is
/// as it was before the completion.</summary>
[Named("completion-reopened.1")]
public sealed record CompletionReopened(int Round, DateTimeOffset At) : UploadEvent;

/// <summary>The vault has recorded the archive, or the key's leaf has published the object. This happens at most once for each
/// upload.</summary>
[Named("completion-published.1")]
public sealed record CompletionPublished : UploadEvent;

/// <summary>The manifest is in the part store, so the upload no longer needs its parts.</summary>
[Named("manifest-stored.1")]
public sealed record ManifestStored : UploadEvent;

/// <summary>The key's leaf knows that the upload has recorded the publication.</summary>
[Named("publication-recorded.1")]
public sealed record PublicationRecorded : UploadEvent;

/// <summary>The upload ended without an archive or object.</summary>
[Named("upload-ended.1")]
public sealed record UploadEnded(UploadEnd End, DateTimeOffset At) : UploadEvent;

/// <summary>The end of the upload is to be told to the receiver. Follows the event that ends the upload in the same record.</summary>
/// <param name="At">When; <see cref="Settings.UploadPolicy.EndNoticeLife"/> starts here.</param>
[Named("end-notice-due.1")]
public sealed record EndNoticeDue(DateTimeOffset At) : UploadEvent;

/// <summary>The receiver has taken the end of the upload, or it was given up.</summary>
[Named("end-notice-closed.1")]
public sealed record EndNoticeClosed : UploadEvent;

/// <summary>The archive or object was deleted, or the object was overwritten.</summary>
/// <param name="BytesUntil">Until when jobs refer to the bytes of an archive; null for an object.</param>
[Named("upload-released.1")]
public sealed record UploadReleased(DateTimeOffset At, DateTimeOffset? BytesUntil) : UploadEvent;

/// <summary>The bytes of the deleted archive or object are not needed by any reader or job.</summary>
[Named("bytes-released.1")]
public sealed record BytesReleased : UploadEvent;

/// <summary>The part store has deleted the bytes of the deleted archive or object.</summary>
[Named("bytes-reclaimed.1")]
public sealed record BytesReclaimed : UploadEvent;

/// <summary>The tags of the object were replaced.</summary>
/// <param name="Tags">The new tags, or empty for none.</param>
[Named("object-tagged.1")]
public sealed record ObjectTagged(IReadOnlyDictionary<string, string> Tags) : UploadEvent;

/// <summary>A restore of the object began, or the days of its restore started again.</summary>
[Named("object-restore-set.1")]
public sealed record ObjectRestoreSet(ObjectRestore Restore) : UploadEvent;

/// <summary>What an upload becomes.</summary>
/// <param name="SizeBytes">The size of the archive or object.</param>
/// <param name="At">When the upload was completed.</param>
[JsonDerivedType(typeof(ArchiveCompletion), "archive")]
[JsonDerivedType(typeof(ObjectCompletion), "object")]
public abstract record Completion(long SizeBytes, DateTimeOffset At);

/// <summary>The archive that the parts make up.</summary>
/// <param name="Archive">Its ID.</param>
/// <param name="At">When the upload was completed.</param>
public sealed record ArchiveCompletion(ArchiveId Archive, long SizeBytes, TreeHash TreeHash, DateTimeOffset At)
    : Completion(SizeBytes, At);

/// <summary>The parts that a client chose, and the object that they make up.</summary>
/// <param name="Round">Counts the completions of the upload, starting at 1.</param>
/// <param name="Numbers">The chosen parts. Empty once the manifest has them, and when the object is gone.</param>
/// <param name="List">Identifies the chosen list: SHA-256 of its numbers and ETags.</param>
/// <param name="ETag">The object's ETag.</param>
/// <param name="Checksum">Its checksum, or null if it has none.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
/// <param name="Ticket">The ticket of the publication. A note.</param>
public sealed record ObjectCompletion(
    int Round,
    PartNumbers Numbers,
    LinearHash List,
    ObjectETag ETag,
    long SizeBytes,
    ObjectChecksum? Checksum,
    PublishCondition? Condition,
    DateTimeOffset At,
    long? Ticket = null) : Completion(SizeBytes, At);
