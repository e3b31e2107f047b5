using OrleansUploads.Core.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>A command to the upload of an object.</summary>
/// <param name="Name">The object that the caller addressed.</param>
public abstract record ObjectUploadCommand(ObjectName Name) : AddressedUploadCommand
{
    internal override bool Addresses(UploadSpec spec) => spec is ObjectUploadSpec upload && upload.Name == Name;
}

/// <summary>A command about the object that an upload became. The key's entry names the upload.</summary>
/// <param name="Name">The object that the caller addressed.</param>
public abstract record ObjectCommand(ObjectName Name) : ObjectUploadCommand(Name)
{
    internal override Refusal NotFound => new ObjectRefusal.KeyNotFound();
}

/// <summary>Asks whether the upload would accept a part, so that an invalid part is refused before its bytes are read.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Number">The part's number.</param>
/// <param name="LengthBytes">The part's length.</param>
[Named("check-numbered-part.1")]
public record CheckNumberedPart(ObjectName Name, int Number, long LengthBytes)
    : ObjectUploadCommand(Name), ICommand<ObjectUploadSpec>, IAsksForAdvice;

/// <summary>The same question, answered only by a host that owns the upload.</summary>
[Named("check-current-numbered-part.1")]
public sealed record CheckCurrentNumberedPart(ObjectName Name, int Number, long LengthBytes)
    : CheckNumberedPart(Name, Number, LengthBytes), IRequiresFreshState;

/// <summary>Reports a part whose bytes are durable in the part store.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Sender">Who sent it, or null if that is not known.</param>
[Named("store-numbered-part.1")]
public sealed record StoreNumberedPart(ObjectName Name, NumberedPart Part, Sender? Sender = null)
    : ObjectUploadCommand(Name), ICommand<Done>;

/// <summary>Reports a part whose bytes are durable in external storage. This service cannot read them, so it accepts the stated
/// digests.</summary>
/// <remarks>The remarks of <see cref="ReportExternalPart"/> hold for it.</remarks>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Part">The part, with its location.</param>
[Named("report-numbered-part.1")]
public sealed record ReportNumberedPart(ObjectName Name, NumberedPart Part) : ObjectUploadCommand(Name), ICommand<ExternalPartResult>;

/// <summary>Asks whether a completion would be judged by the stored parts, so that they are not listed for an upload that has
/// ended.</summary>
/// <param name="Name">The object that the caller addressed.</param>
[Named("check-object-completion.1")]
public sealed record CheckObjectCompletion(ObjectName Name) : ObjectUploadCommand(Name), ICommand<Done>, IAsksForAdvice;

/// <summary>Completes a multipart upload with the parts that the caller names, or with all parts.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Parts">The parts, by number, or null for all. Then the caller states the size.</param>
/// <param name="SizeBytes">The object's size, as the caller knows it, or null if it did not say.</param>
/// <param name="Checksum">The object's checksum, as the caller knows it, or null if it did not say.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
/// <param name="Stored">The part store's listing of the upload; null to check nothing by it.</param>
/// <param name="ChecksumType">The type of the object's checksum, as the caller knows it, or null if it did not say.</param>
/// <param name="Ticket">The ticket of the publication (<see cref="KeyTicket"/>), taken for this request. A note.</param>
[Named("complete-object-upload.1")]
public sealed record CompleteObjectUpload(
    ObjectName Name,
    IReadOnlyList<ChosenPart>? Parts,
    long? SizeBytes,
    Checksum? Checksum,
    PublishCondition? Condition,
    IReadOnlyList<ListedAttempt>? Stored,
    ChecksumType? ChecksumType = null,
    long? Ticket = null) : ObjectUploadCommand(Name), ICommand<PublishedObject>;

/// <summary>Makes an object of one part that is already durable, in one step.</summary>
/// <param name="Spec">The upload, which is in no list.</param>
/// <param name="Part">The only part; its number is 1.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
/// <param name="Ticket">The ticket of the publication (<see cref="KeyTicket"/>), taken for this request. A note.</param>
[Named("put-object.1")]
public sealed record PutObject(ObjectUploadSpec Spec, NumberedPart Part, PublishCondition? Condition, long? Ticket = null)
    : UploadCommand, ICommand<PublishedObject>, IMayBeginEntity;

/// <summary>Aborts a multipart upload.</summary>
/// <param name="Name">The object that the caller addressed.</param>
[Named("abort-object-upload.1")]
public sealed record AbortObjectUpload(ObjectName Name) : ObjectUploadCommand(Name), ICommand<Done>;

/// <summary>Lists the parts by number.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="After">Parts up to this number are left out.</param>
/// <param name="Limit">The maximum number of parts; at least 1.</param>
[Named("list-numbered-parts.1")]
public sealed record ListNumberedParts(ObjectName Name, int After, int Limit) : ObjectUploadCommand(Name), ICommand<NumberedPartsPage>;

/// <summary>Asks for an object.</summary>
/// <param name="Name">The object that the caller addressed.</param>
[Named("describe-object.1")]
public sealed record DescribeObject(ObjectName Name) : ObjectCommand(Name), ICommand<ObjectDescription>;

/// <summary>Tells the upload that its object was overwritten or deleted. The key's leaf sends this command.</summary>
[Named("release-object.1")]
public sealed record ReleaseObject(DateTimeOffset At) : UploadCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that the key's leaf has decided about the publication.</summary>
/// <param name="Round">Which completion of the upload it decided about.</param>
/// <param name="Verdict">What it decided.</param>
public sealed record ConfirmPublication(int Round, PublicationVerdict Verdict) : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the key's leaf no longer needs to remember the publication.</summary>
public sealed record ConfirmPublicationSettled : UploadCommand, ICommand<Done>;

/// <summary>The object that an upload became.</summary>
/// <param name="Checksum">Its checksum, or null if it has none.</param>
/// <param name="At">When its upload was completed.</param>
[Named("published-object.1")]
public sealed record PublishedObject(
    ObjectName Name, UploadId Upload, ObjectETag ETag, long SizeBytes, ObjectChecksum? Checksum, DateTimeOffset At) : IAnswer;

/// <summary>An object, for those who read it.</summary>
/// <param name="Spec">What was fixed when its upload was initiated.</param>
/// <param name="Published">The object.</param>
/// <param name="Parts">Its parts, by number, or null if the manifest in the part store has them.</param>
/// <param name="ChangedTags">Its tags if they were changed after the upload, or null if they are unchanged.</param>
/// <param name="Restore">Its restore, or null if it has none or if its days are over.</param>
[Named("object-description.1")]
public sealed record ObjectDescription(
    ObjectUploadSpec Spec,
    PublishedObject Published,
    IReadOnlyList<NumberedPart>? Parts,
    IReadOnlyDictionary<string, string>? ChangedTags = null,
    RestoreStatus? Restore = null) : IAnswer
{
    /// <summary>Its tags, or null if it has none.</summary>
    public IReadOnlyDictionary<string, string>? GetTags() => ChangedTags ?? Spec.Tags;

    /// <summary>Why the bytes cannot be read, or null if they can.</summary>
    public ObjectRefusal? RefuseReading() => Spec.ByteStorage == ByteStorage.External ? new ObjectRefusal.ObjectStoredExternally()
        : Spec.StorageClass.NeedsRestore() && Restore is not { IsInProgress: false }
            ? new ObjectRefusal.NotRestored(Spec.StorageClass)
        : null;
}

/// <summary>Asks which parts of an open upload are there. The answer is short, regardless of the number of parts.</summary>
/// <param name="Name">The object that the caller addressed.</param>
[Named("map-numbered-parts.1")]
public sealed record MapNumberedParts(ObjectName Name) : ObjectUploadCommand(Name), ICommand<MappedObjectUpload>;

[Named("mapped-object-upload.1")]
public sealed record MappedObjectUpload(ObjectUploadSpec Spec, MappedParts Parts) : IAnswer;

/// <summary>Returns the state of the upload of an object. Ended uploads also answer, for as long as their record is kept.</summary>
/// <param name="Name">The object that the caller addressed.</param>
[Named("summarize-object-upload.1")]
public sealed record SummarizeObjectUpload(ObjectName Name) : ObjectUploadCommand(Name), ICommand<ObjectUploadSummary>;

/// <summary>The state of the upload of an object.</summary>
/// <param name="Spec">What was fixed at initiation.</param>
/// <param name="Phase">Its phase. An upload that is being completed is open, because the completion may still be refused.</param>
/// <param name="Published">The object, or null unless the upload is completed.</param>
/// <param name="EndedAt">When the upload was aborted or expired, or when the object was deleted or replaced; otherwise null.</param>
[Named("object-upload-summary.1")]
public sealed record ObjectUploadSummary(
    ObjectUploadSpec Spec, UploadPhase Phase, PublishedObject? Published = null, DateTimeOffset? EndedAt = null) : IAnswer;

/// <summary>A part whose bytes are durable in the part store, or in external storage.</summary>
/// <param name="Number">1 to <see cref="Values.ObjectLimits.MaxParts"/>.</param>
/// <param name="LengthBytes">Its length; may be 0.</param>
/// <param name="Md5">MD5 of the bytes. It is the part's ETag.</param>
/// <param name="TreeHash">Tree hash of the bytes.</param>
/// <param name="Attempt">The attempt that holds them, or null.</param>
/// <param name="Checksum">The checksum that the client stated, or that the server computed, or null.</param>
/// <param name="Location">The external location of the bytes, or null if they are in the part store.</param>
public sealed record NumberedPart(
    int Number,
    long LengthBytes,
    Md5Digest Md5,
    TreeHash TreeHash,
    AttemptId? Attempt,
    Checksum? Checksum,
    PartLocation? Location = null);

/// <summary>A part that a completion names.</summary>
/// <param name="Md5">Its ETag, or null if the caller's text cannot be the ETag of a part.</param>
/// <param name="Checksum">Its checksum, or null if the caller did not state one.</param>
public readonly record struct ChosenPart(int Number, Md5Digest? Md5, Checksum? Checksum);

public sealed record ListedNumberedPart(NumberedPart Part, DateTimeOffset StoredAt);

/// <summary>One page of an upload's parts, by number.</summary>
[Named("numbered-parts-page.1")]
public sealed record NumberedPartsPage(ObjectUploadSpec Spec, IReadOnlyList<ListedNumberedPart> Parts, bool HasMore) : IAnswer;

/// <summary>Asks an open upload for one of its parts.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Number">The part's number.</param>
[Named("find-numbered-part.1")]
public sealed record FindNumberedPart(ObjectName Name, int Number) : ObjectUploadCommand(Name), ICommand<FoundNumberedPart>;

/// <summary>One part of an open upload.</summary>
/// <param name="Part">The part, or null if the upload does not have it.</param>
/// <param name="Sender">Who sent it, or null if that is not known.</param>
[Named("found-numbered-part.1")]
public sealed record FoundNumberedPart(ListedNumberedPart? Part, Sender? Sender) : IAnswer;

/// <summary>Makes an archived object readable for some days. If it is readable already, its days start again from now.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Days">For how many days; 1 to <see cref="ObjectLimits.MaxRestoreDays"/>.</param>
/// <param name="Tier">How fast.</param>
[Named("restore-object.1")]
public sealed record RestoreObject(ObjectName Name, int Days, RetrievalTier Tier) : ObjectCommand(Name), ICommand<RestoreAccepted>;

/// <summary>A restore was accepted.</summary>
/// <param name="WasReadable">Whether the object was readable already.</param>
[Named("restore-accepted.1")]
public sealed record RestoreAccepted(bool WasReadable) : IAnswer;

/// <summary>The restore of an archived object at the time of an answer.</summary>
/// <param name="ReadableUntil">When the object stops being readable, or null while the restore is in progress.</param>
public sealed record RestoreStatus(DateTimeOffset? ReadableUntil)
{
    /// <summary>Whether the object cannot be read yet.</summary>
    public bool IsInProgress => ReadableUntil is null;
}

/// <summary>Replaces the tags of an object.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Tags">The new tags, or empty for none.</param>
[Named("set-object-tags.1")]
public sealed record SetObjectTags(ObjectName Name, IReadOnlyDictionary<string, string> Tags) : ObjectCommand(Name), ICommand<Done>;
