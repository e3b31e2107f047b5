using OrleansUploads.Core.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>The upload of an object began.</summary>
/// <param name="Spec">What is fixed from then on.</param>
/// <param name="Senders">The senders of the following parts, in a compacted history; otherwise null.</param>
[Named("object-upload-initiated.1")]
public sealed record ObjectUploadInitiated(ObjectUploadSpec Spec, SenderTable? Senders = null) : UploadEvent;

/// <summary>The bucket lists the multipart upload.</summary>
[Named("object-upload-listed.1")]
public sealed record ObjectUploadListed : UploadEvent;

/// <summary>A part was accepted and replaced any earlier one of its number.</summary>
/// <param name="Part">The part.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="By">The number of its sender, or null if the sender is not known.</param>
/// <param name="Sender">The sender, if it is the first part of this sender; otherwise null.</param>
[Named("numbered-part-stored.1")]
public sealed record NumberedPartStored(
    NumberedPart Part, DateTimeOffset At, int? By = null, Sender? Sender = null) : UploadEvent;

/// <summary>A client chose the parts of the object. From now on the upload takes nothing until the key's leaf has decided.</summary>
/// <param name="Completion">The choice.</param>
[Named("completion-frozen.1")]
public sealed record CompletionFrozen(Completion Completion) : UploadEvent;

/// <summary>The key's leaf did not publish the object, because its condition failed or the key was changed after the ticket. The upload is
/// as it was before the completion.</summary>
/// <param name="Round">The completion.</param>
/// <param name="At">When.</param>
[Named("completion-reopened.1")]
public sealed record CompletionReopened(int Round, DateTimeOffset At) : UploadEvent;

/// <summary>The key's leaf has published the object. This happens at most once for each upload.</summary>
[Named("object-published.1")]
public sealed record ObjectPublished : UploadEvent;

/// <summary>The key's leaf knows that the upload has recorded the publication.</summary>
[Named("object-publication-settled.1")]
public sealed record ObjectPublicationSettled : UploadEvent;

/// <summary>The upload ended without an object, because its bucket was deleted or the condition of its only request failed.</summary>
/// <param name="At">When.</param>
[Named("object-upload-refused.1")]
public sealed record ObjectUploadRefused(DateTimeOffset At) : UploadEvent;

/// <summary>The object was overwritten or deleted.</summary>
[Named("object-released.1")]
public sealed record ObjectReleased(DateTimeOffset At) : UploadEvent;

/// <summary>The tags of the object were replaced.</summary>
/// <param name="Tags">The new tags, or empty for none.</param>
[Named("object-tagged.1")]
public sealed record ObjectTagged(IReadOnlyDictionary<string, string> Tags) : UploadEvent;

/// <summary>A restore of the object began, or the days of its restore started again.</summary>
[Named("object-restore-set.1")]
public sealed record ObjectRestoreSet(ObjectRestore Restore) : UploadEvent;

/// <summary>The parts that a client chose, and the object that they make up.</summary>
/// <param name="Round">Counts the completions of the upload, starting at 1.</param>
/// <param name="Numbers">The chosen parts.</param>
/// <param name="List">Identifies the chosen list: SHA-256 of its numbers and ETags.</param>
/// <param name="ETag">The object's ETag.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Checksum">Its checksum, or null if it has none.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
/// <param name="At">When.</param>
/// <param name="Ticket">The ticket of the publication. A note.</param>
public sealed record Completion(
    int Round,
    PartNumbers Numbers,
    LinearHash List,
    ObjectETag ETag,
    long SizeBytes,
    ObjectChecksum? Checksum,
    PublishCondition? Condition,
    DateTimeOffset At,
    long? Ticket = null);
