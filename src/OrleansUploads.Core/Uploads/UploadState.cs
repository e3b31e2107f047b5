using OrleansUploads.Core.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>The state of an upload. Each phase has only its own data, so a completed upload cannot accept a part.</summary>
public abstract record UploadState
{
    private UploadState()
    {
    }

    /// <summary>The upload does not exist, or its record was deleted.</summary>
    public sealed record Unknown : UploadState
    {
        /// <summary>The only instance.</summary>
        public static Unknown Instance { get; } = new();
    }

    /// <summary>The upload accepts parts.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Parts">The parts so far.</param>
    /// <param name="LastActivityAt">When a part was last accepted, or the upload was initiated.</param>
    /// <param name="FencedBefore">Attempts that started before this instant are refused.</param>
    public sealed record Open(
        UploadSpec Spec, PartMap Parts, DateTimeOffset LastActivityAt, DateTimeOffset FencedBefore) : UploadState
    {
        /// <summary>Whether the vault lists it.</summary>
        public bool Listed { get; init; }

        /// <summary>The senders of the parts.</summary>
        public SenderTable Senders { get; init; } = SenderTable.Empty;
    }

    /// <summary>The upload became an archive. This never changes.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Archive">The archive's ID.</param>
    /// <param name="SizeBytes">Its size.</param>
    /// <param name="TreeHash">Its tree hash.</param>
    /// <param name="CompletedAt">The time of completion.</param>
    /// <param name="Parts">The parts until the manifest is stored and the archive is in the vault's index; null afterwards.</param>
    /// <param name="ReleasedAt">When the archive was deleted; null while it exists.</param>
    public sealed record Completed(
        UploadSpec Spec,
        ArchiveId Archive,
        long SizeBytes,
        TreeHash TreeHash,
        DateTimeOffset CompletedAt,
        PartMap? Parts,
        DateTimeOffset? ReleasedAt) : UploadState
    {
        /// <summary>Whether the archive is in the vault's index.</summary>
        public bool Indexed => Parts is null;

        /// <summary>Whether the vault no longer lists the upload.</summary>
        public bool Unlisted { get; init; }

        /// <summary>Until when jobs refer to the bytes of the deleted archive; null while it exists.</summary>
        public DateTimeOffset? BytesUntil { get; init; }

        /// <summary>Whether no job refers to the bytes, now or in the future.</summary>
        public bool BytesReleased { get; init; }

        /// <summary>Whether the part store has deleted the bytes.</summary>
        public bool BytesReclaimed { get; init; }
    }

    /// <summary>The upload was aborted, has expired, or ended with its vault.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Aborted">True if a client or the deletion of the vault ended it; false if it expired.</param>
    /// <param name="EndedAt">When it ended.</param>
    /// <param name="Listed">Whether the vault was told to list it and has confirmed this.</param>
    /// <param name="Closed">Whether the vault no longer lists it.</param>
    public sealed record Ended(UploadSpec Spec, bool Aborted, DateTimeOffset EndedAt, bool Listed, bool Closed) : UploadState
    {
        /// <summary>Whether it ended because its vault was deleted.</summary>
        public bool WithVault { get; init; }
    }

    /// <summary>An upload that becomes an object.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    public abstract record OfObject(ObjectUploadSpec Spec) : UploadState;

    /// <summary>The upload accepts parts.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Parts">The parts so far, by number.</param>
    /// <param name="LastActivityAt">When a part was last accepted, a completion failed, or the upload was initiated.</param>
    /// <param name="FencedBefore">Attempts that began before this instant are refused.</param>
    /// <param name="Listed">Whether the bucket lists it.</param>
    /// <param name="Rounds">The number of completions so far.</param>
    public sealed record ObjectOpen(
        ObjectUploadSpec Spec,
        ImmutableSortedDictionary<int, AcceptedPart> Parts,
        DateTimeOffset LastActivityAt,
        DateTimeOffset FencedBefore,
        bool Listed,
        int Rounds) : OfObject(Spec)
    {
        /// <summary>The senders of the parts.</summary>
        public SenderTable Senders { get; init; } = SenderTable.Empty;
    }

    /// <summary>A client chose the parts, and the key's leaf has not decided yet.</summary>
    /// <param name="Before">The upload before the completion. It is this again if the leaf does not publish the object.</param>
    /// <param name="Completion">The choice.</param>
    public sealed record ObjectCompleting(ObjectOpen Before, Completion Completion) : OfObject(Before.Spec);

    /// <summary>The upload became an object, and this never changes.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Completion">The object.</param>
    /// <param name="Parts">The chosen parts; null once the manifest is stored.</param>
    public sealed record ObjectStored(
        ObjectUploadSpec Spec, Completion Completion, ImmutableArray<AcceptedPart>? Parts) : OfObject(Spec)
    {
        /// <summary>Whether the key's leaf may forget the publication.</summary>
        public bool Settled { get; init; }

        /// <summary>Whether the bucket no longer lists the upload.</summary>
        public bool Unlisted { get; init; }

        /// <summary>The object's tags if they were changed after the upload, or null.</summary>
        public IReadOnlyDictionary<string, string>? ChangedTags { get; init; }

        /// <summary>The object's last restore, or null if it was never restored.</summary>
        public ObjectRestore? Restore { get; init; }

        /// <summary>When the object was overwritten or deleted; null while it is the object of its key.</summary>
        public DateTimeOffset? ReleasedAt { get; init; }

        /// <summary>Whether no reader needs the bytes any more.</summary>
        public bool BytesReleased { get; init; }

        /// <summary>Whether the part store has deleted the bytes.</summary>
        public bool BytesReclaimed { get; init; }
    }

    /// <summary>The upload ended without an object.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="End">Why.</param>
    /// <param name="EndedAt">When.</param>
    /// <param name="Listed">Whether the bucket was told to list it and has confirmed this.</param>
    /// <param name="Closed">Whether the bucket no longer lists it.</param>
    public sealed record ObjectEnded(
        ObjectUploadSpec Spec, ObjectUploadEnd End, DateTimeOffset EndedAt, bool Listed, bool Closed) : OfObject(Spec);
}

/// <summary>A part of an object that the upload has accepted.</summary>
public sealed record AcceptedPart(NumberedPart Part, DateTimeOffset StoredAt)
{
    /// <summary>The number of its sender in the upload's <see cref="SenderTable"/>, or null if it is not known.</summary>
    public int? By { get; init; }
}

/// <summary>Why an upload ended without an object.</summary>
public enum ObjectUploadEnd
{
    /// <summary>A client aborted it.</summary>
    Aborted,

    /// <summary>It expired without activity.</summary>
    Expired,

    /// <summary>Its bucket was deleted, or the condition of its only request failed.</summary>
    Refused,
}

/// <summary>The events of an upload. They are stored for years: never change an existing event, add a new one.</summary>
/// <remarks>The members about senders are notes: no decision depends on them.</remarks>
public abstract record UploadEvent
{
    private protected UploadEvent()
    {
    }
}

/// <summary>The upload was initiated.</summary>
/// <param name="Spec">What is fixed from then on.</param>
/// <param name="Senders">The senders of the following parts, in a compacted history; otherwise null.</param>
[Named("upload-initiated.1")]
public sealed record UploadInitiated(UploadSpec Spec, IReadOnlyList<Sender>? Senders = null) : UploadEvent;

/// <summary>An attempt became the part of a slot and replaced any earlier one.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="LengthBytes">The length of the part.</param>
/// <param name="TreeHash">Its tree hash.</param>
/// <param name="Attempt">The attempt that holds its bytes.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="By">The number of its sender, or null if the sender is not known.</param>
/// <param name="Sender">The sender, if it is the first part of this sender; otherwise null.</param>
[Named("part-stored.1")]
public sealed record PartStored(
    int Slot,
    long LengthBytes,
    TreeHash TreeHash,
    AttemptId Attempt,
    DateTimeOffset At,
    int? By = null,
    Sender? Sender = null) : UploadEvent;

/// <summary>Externally stored bytes became the part of a slot and replaced any earlier one.</summary>
[Named("located-part-stored.1")]
public sealed record ExternalPartStored(
    int Slot, long LengthBytes, TreeHash TreeHash, PartLocation Location, DateTimeOffset At) : UploadEvent;

/// <summary>Attempts that started before an instant and are not parts may be collected.</summary>
[Named("attempts-fenced.1")]
public sealed record AttemptsFenced(DateTimeOffset Before) : UploadEvent;

/// <summary>The parts became an archive. This happens at most once for each upload.</summary>
[Named("upload-completed.1")]
public sealed record UploadCompleted(ArchiveId Archive, long SizeBytes, TreeHash TreeHash, DateTimeOffset At) : UploadEvent;

/// <summary>The manifest is in the part store, so the upload of an object no longer needs its parts.</summary>
[Named("manifest-stored.1")]
public sealed record ManifestStored : UploadEvent;

/// <summary>The manifest is in the part store and the archive in the vault's index, so the upload no longer needs its parts.</summary>
[Named("archive-indexed.1")]
public sealed record ArchiveIndexed : UploadEvent;

/// <summary>A client aborted the upload.</summary>
[Named("upload-aborted.1")]
public sealed record UploadAborted(DateTimeOffset At) : UploadEvent;

/// <summary>The upload expired after a long time without activity.</summary>
[Named("upload-expired.1")]
public sealed record UploadExpired(DateTimeOffset At) : UploadEvent;

/// <summary>The completed upload ended because its vault was deleted. The vault had not recorded the archive, so no client knew its
/// ID.</summary>
[Named("upload-ended-with-vault.1")]
public sealed record UploadEndedWithVault(DateTimeOffset At) : UploadEvent;

/// <summary>The vault or bucket lists the multipart upload.</summary>
[Named("upload-listed.1")]
public sealed record UploadListed : UploadEvent;

/// <summary>The vault or bucket no longer lists the upload, which has ended.</summary>
[Named("upload-unlisted.1")]
public sealed record UploadUnlisted : UploadEvent;

/// <summary>The archive was deleted.</summary>
/// <param name="At">When it was deleted.</param>
/// <param name="BytesUntil">Until when jobs refer to its bytes.</param>
[Named("archive-released.1")]
public sealed record ArchiveReleased(DateTimeOffset At, DateTimeOffset BytesUntil) : UploadEvent;

/// <summary>No job refers to the bytes of the deleted archive.</summary>
[Named("bytes-released.1")]
public sealed record BytesReleased : UploadEvent;

/// <summary>The part store has deleted the bytes of the deleted archive.</summary>
[Named("bytes-reclaimed.1")]
public sealed record BytesReclaimed : UploadEvent;

/// <summary>The upload of an object began.</summary>
/// <param name="Spec">What is fixed from then on.</param>
/// <param name="Senders">The senders of the following parts, in a compacted history; otherwise null.</param>
[Named("object-upload-initiated.1")]
[Named("object-upload-initiated.2", WhenSet = "Spec.ByteStorage")]
public sealed record ObjectUploadInitiated(ObjectUploadSpec Spec, IReadOnlyList<Sender>? Senders = null) : UploadEvent;

/// <summary>A part was accepted and replaced any earlier one of its number.</summary>
/// <param name="Part">The part.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="By">The number of its sender, or null if the sender is not known.</param>
/// <param name="Sender">The sender, if it is the first part of this sender; otherwise null.</param>
[Named("numbered-part-stored.1")]
[Named("numbered-part-stored.2", WhenSet = "Part.Location")]
public sealed record NumberedPartStored(
    NumberedPart Part, DateTimeOffset At, int? By = null, Sender? Sender = null) : UploadEvent;

/// <summary>A client chose the parts of the object. From now on the upload takes nothing until the key's leaf has decided.</summary>
[Named("completion-frozen.1")]
public sealed record CompletionFrozen(Completion Completion) : UploadEvent;

/// <summary>The key's leaf did not publish the object, because its condition failed or the key was changed after the ticket. The upload is
/// as it was before the completion.</summary>
[Named("completion-reopened.1")]
public sealed record CompletionReopened(int Round, DateTimeOffset At) : UploadEvent;

/// <summary>The key's leaf has published the object. This happens at most once for each upload.</summary>
[Named("object-published.1")]
public sealed record ObjectPublished : UploadEvent;

/// <summary>The key's leaf knows that the upload has recorded the publication.</summary>
[Named("object-publication-settled.1")]
public sealed record ObjectPublicationSettled : UploadEvent;

/// <summary>The upload ended without an object, because its bucket was deleted or the condition of its only request failed.</summary>
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
