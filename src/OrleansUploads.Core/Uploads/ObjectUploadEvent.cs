using OrleansUploads.Core.Messages.Keys;
using OrleansUploads.Core.Messages.Objects;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>The upload of an object began.</summary>
public sealed record ObjectUploadInitiated(ObjectUploadSpec Spec) : UploadEvent;

/// <summary>The bucket lists the multipart upload.</summary>
public sealed record ObjectUploadListed : UploadEvent;

/// <summary>A part was accepted and replaced any earlier one of its number.</summary>
public sealed record NumberedPartStored(NumberedPart Part, DateTimeOffset At) : UploadEvent;

/// <summary>A client chose the parts of the object. From now on the upload takes nothing until the key's leaf has decided.</summary>
public sealed record CompletionFrozen(Completion Completion) : UploadEvent;

/// <summary>The key's leaf did not publish the object, because its condition failed. The upload is as it was before the
/// completion.</summary>
/// <param name="Round">The completion.</param>
/// <param name="At">When.</param>
public sealed record CompletionReopened(int Round, DateTimeOffset At) : UploadEvent;

/// <summary>The key's leaf has published the object. This happens at most once for each upload.</summary>
public sealed record ObjectPublished : UploadEvent;

/// <summary>The key's leaf knows that the upload has recorded the publication.</summary>
public sealed record ObjectPublicationSettled : UploadEvent;

/// <summary>The upload ended without an object, because its bucket was deleted or the condition of its only request failed.</summary>
public sealed record ObjectUploadRefused(DateTimeOffset At) : UploadEvent;

/// <summary>The object was overwritten or deleted.</summary>
public sealed record ObjectReleased(DateTimeOffset At) : UploadEvent;

/// <summary>The tags of the object were replaced.</summary>
/// <param name="Tags">The new tags, or empty for none.</param>
public sealed record ObjectTagged(IReadOnlyDictionary<string, string> Tags) : UploadEvent;

/// <summary>A restore of the object began, or its days were counted anew.</summary>
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
public sealed record Completion(
    int Round,
    PartNumbers Numbers,
    LinearHash List,
    ObjectETag ETag,
    long SizeBytes,
    ObjectChecksum? Checksum,
    PublishCondition? Condition,
    DateTimeOffset At);
