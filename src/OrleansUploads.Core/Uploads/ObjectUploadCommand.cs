using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>A command to the upload of an object.</summary>
public abstract record ObjectUploadCommand : UploadCommand
{
    private protected ObjectUploadCommand()
    {
    }
}

/// <summary>Begins a multipart upload. The answer waits until the bucket lists it.</summary>
public sealed record InitiateObjectUpload(ObjectUploadSpec Spec) : ObjectUploadCommand, ICommand<Done>;

/// <summary>Asks whether the upload would accept a part, so that an invalid part is refused before its bytes are read.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Number">The part's number.</param>
/// <param name="LengthBytes">The part's length.</param>
public sealed record CheckNumberedPart(ObjectName Name, int Number, long LengthBytes)
    : ObjectUploadCommand, ICommand<ObjectUploadSpec>, IAsksForAdvice;

/// <summary>Reports a part whose bytes are durable in the part store.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Part">The part.</param>
/// <param name="Sender">Who sent it, or null if that is not known.</param>
public sealed record StoreNumberedPart(ObjectName Name, NumberedPart Part, Sender? Sender = null)
    : ObjectUploadCommand, ICommand<StorePartResult>;

/// <summary>Completes a multipart upload with the parts that the caller names.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Parts">The parts, by number.</param>
/// <param name="SizeBytes">The object's size, as the caller knows it, or null if it did not say.</param>
/// <param name="Checksum">The object's checksum, as the caller knows it, or null if it did not say.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
/// <param name="Stored">The part store's listing of the upload; null to check nothing by it.</param>
/// <param name="ChecksumType">The type of the object's checksum, as the caller knows it, or null if it did not say.</param>
/// <param name="Sender">Who completes it, or null if that is not known.</param>
/// <param name="Ticket">The ticket of the publication (<see cref="KeyTicket"/>), taken for this request. A note.</param>
public sealed record CompleteObjectUpload(
    ObjectName Name,
    IReadOnlyList<ChosenPart> Parts,
    long? SizeBytes,
    Checksum? Checksum,
    PublishCondition? Condition,
    IReadOnlyList<ListedAttempt>? Stored,
    ChecksumType? ChecksumType = null,
    Sender? Sender = null,
    long? Ticket = null) : ObjectUploadCommand, ICommand<PublishedObject>;

/// <summary>Makes an object of one part that is already durable, in one step.</summary>
/// <param name="Spec">The upload, which is in no list.</param>
/// <param name="Part">The only part; its number is 1.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
/// <param name="Ticket">The ticket of the publication (<see cref="KeyTicket"/>), taken for this request. A note.</param>
public sealed record PutObject(ObjectUploadSpec Spec, NumberedPart Part, PublishCondition? Condition, long? Ticket = null)
    : ObjectUploadCommand, ICommand<PublishedObject>;

/// <summary>Aborts a multipart upload.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Sender">Who aborts it, or null if that is not known.</param>
public sealed record AbortObjectUpload(ObjectName Name, Sender? Sender = null) : ObjectUploadCommand, ICommand<Done>;

/// <summary>Lists the parts by number.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="After">Parts up to this number are left out.</param>
/// <param name="Limit">The maximum number of parts; at least 1.</param>
public sealed record ListNumberedParts(ObjectName Name, int After, int Limit) : ObjectUploadCommand, ICommand<NumberedPartsPage>;

/// <summary>Asks for an object. The key's entry names the upload.</summary>
/// <param name="Name">The object that the caller addressed.</param>
public sealed record DescribeObject(ObjectName Name) : ObjectUploadCommand, ICommand<ObjectDescription>;

/// <summary>Tells the upload that its object was overwritten or deleted. The key's leaf sends this command.</summary>
/// <param name="At">When.</param>
public sealed record ReleaseObject(DateTimeOffset At) : ObjectUploadCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that the bucket lists the upload.</summary>
public sealed record ConfirmObjectUploadListed : ObjectUploadCommand, ICommand<Done>;

/// <summary>Confirms that the bucket no longer lists the upload.</summary>
public sealed record ConfirmObjectUploadUnlisted : ObjectUploadCommand, ICommand<Done>;

/// <summary>Confirms that the key's leaf has decided about the publication.</summary>
/// <param name="Round">Which completion of the upload it decided about.</param>
/// <param name="Verdict">What it decided; null before it has.</param>
public sealed record ConfirmPublication(int Round, PublicationVerdict? Verdict = null)
    : ObjectUploadCommand, ICommand<Done>, IVerdictConfirmation
{
    /// <inheritdoc/>
    public ICommand Carrying(object verdict) => this with { Verdict = (PublicationVerdict)verdict };
}

/// <summary>Confirms that the key's leaf no longer needs to remember the publication.</summary>
public sealed record ConfirmPublicationSettled : ObjectUploadCommand, ICommand<Done>;

/// <summary>The object that an upload became.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Upload">The upload.</param>
/// <param name="ETag">Its ETag.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Checksum">Its checksum, or null if it has none.</param>
/// <param name="At">When its upload was completed.</param>
public sealed record PublishedObject(
    ObjectName Name, UploadId Upload, ObjectETag ETag, long SizeBytes, ObjectChecksum? Checksum, DateTimeOffset At);

/// <summary>An object, for those who read it.</summary>
/// <param name="Spec">What was fixed when its upload was initiated.</param>
/// <param name="Published">The object.</param>
/// <param name="Parts">Its parts, by number, or null if the manifest in the part store has them.</param>
/// <param name="ChangedTags">Its tags if they were changed after the upload, or null if they are those of the upload.</param>
/// <param name="Restore">Its restore, or null if it has none or if its days are over.</param>
public sealed record ObjectDescription(
    ObjectUploadSpec Spec,
    PublishedObject Published,
    IReadOnlyList<NumberedPart>? Parts,
    IReadOnlyDictionary<string, string>? ChangedTags = null,
    RestoreStatus? Restore = null)
{
    /// <summary>Its tags, or null if it has none.</summary>
    public IReadOnlyDictionary<string, string>? GetTags() => ChangedTags ?? Spec.Tags;

    /// <summary>Why the bytes cannot be read, or null if they can.</summary>
    public ObjectRefusal? RefuseReading() => Spec.StorageClass.NeedsRestore() && Restore is not { IsInProgress: false }
        ? new ObjectRefusal.NotRestored(Spec.StorageClass)
        : null;
}
