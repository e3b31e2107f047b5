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

    /// <summary>The upload was initiated.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    public abstract record Known(UploadSpec Spec) : UploadState
    {
        /// <summary>What a client has completed it as, or null.</summary>
        public virtual Completion? Completed => null;
    }

    /// <summary>The upload accepts parts.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Parts">The parts so far.</param>
    /// <param name="LastActivityAt">When a part was last accepted, a completion failed, or the upload was initiated.</param>
    /// <param name="FencedBefore">Attempts that started before this instant are refused.</param>
    [Named("upload-state-open.1")]
    public sealed record Open(
        UploadSpec Spec, PartMap Parts, DateTimeOffset LastActivityAt, DateTimeOffset FencedBefore) : Known(Spec)
    {
        /// <summary>Whether the vault or bucket lists it.</summary>
        public bool Listed { get; init; }

        /// <summary>The number of completions so far.</summary>
        public int Rounds { get; init; }

        public SenderTable Senders { get; init; } = SenderTable.Empty;
    }

    /// <summary>A client has completed the upload. The index of archives or the key's leaf has not decided yet whether there is an archive
    /// or object; until then no answer says so.</summary>
    /// <param name="Before">The upload before the completion. It can become this again, if it is the upload of an object.</param>
    /// <param name="Completion">What it becomes.</param>
    [Named("upload-state-completing.1")]
    public sealed record Completing(Open Before, Completion Completion) : Known(Before.Spec)
    {
        /// <summary>Whether the vault no longer lists the upload. The upload of an archive cannot become open again, so its vault is told at
        /// the same time as the index.</summary>
        public bool Unlisted { get; init; }

        public override Completion Completed => Completion;
    }

    /// <summary>The upload became an archive or object, and this never changes.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Completion">The archive or object.</param>
    /// <param name="Parts">Its parts; null once the manifest is stored.</param>
    [Named("upload-state-stored.1")]
    [Named("upload-state-stored.2", WhenSet = nameof(NoticeSince))]
    public sealed record Stored(UploadSpec Spec, Completion Completion, PartMap? Parts) : Known(Spec)
    {
        /// <summary>Whether the key's leaf may forget the publication of the object.</summary>
        public bool Settled { get; init; }

        /// <summary>Whether the vault or bucket no longer lists the upload.</summary>
        public bool Unlisted { get; init; }

        /// <summary>The object's tags if they were changed after the upload, or null.</summary>
        public IReadOnlyDictionary<string, string>? ChangedTags { get; init; }

        /// <summary>The object's last restore, or null if it was never restored.</summary>
        public ObjectRestore? Restore { get; init; }

        /// <summary>When the archive or object was deleted, or the object was overwritten; null while it exists.</summary>
        public DateTimeOffset? ReleasedAt { get; init; }

        /// <summary>Until when jobs refer to the bytes of the deleted archive; null while it exists, and for an object.</summary>
        public DateTimeOffset? BytesUntil { get; init; }

        /// <summary>Whether the bytes are not needed by any reader or job, now or in the future.</summary>
        public bool BytesReleased { get; init; }

        /// <summary>Whether the part store has deleted the bytes.</summary>
        public bool BytesReclaimed { get; init; }

        /// <summary>Since when the end of the upload is to be told, or null if it need not be.</summary>
        public DateTimeOffset? NoticeSince { get; init; }

        public override Completion Completed => Completion;
    }

    /// <summary>The upload ended without an archive or object.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="End">Why.</param>
    /// <param name="Listed">Whether the vault or bucket was told to list it and has confirmed this.</param>
    /// <param name="Closed">Whether the vault or bucket no longer lists it.</param>
    [Named("upload-state-ended.1")]
    [Named("upload-state-ended.2", WhenSet = nameof(NoticeSince))]
    public sealed record Ended(UploadSpec Spec, UploadEnd End, DateTimeOffset EndedAt, bool Listed, bool Closed) : Known(Spec)
    {
        /// <summary>Since when the end of the upload is to be told, or null if it need not be.</summary>
        public DateTimeOffset? NoticeSince { get; init; }
    }
}

/// <summary>Why an upload ended without an archive or object. The values are stored: never change them.</summary>
public enum UploadEnd
{
    /// <summary>A client aborted it.</summary>
    Aborted = 0,

    /// <summary>It expired without activity.</summary>
    Expired = 1,

    /// <summary>Its vault or bucket was deleted, or the condition of its only request failed.</summary>
    Refused = 2,
}
