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
    /// <param name="Closed">Whether the vault no longer lists it.</param>
    public sealed record Ended(UploadSpec Spec, bool Aborted, DateTimeOffset EndedAt, bool Closed) : UploadState
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
/// <param name="Part">The part.</param>
/// <param name="StoredAt">When.</param>
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
