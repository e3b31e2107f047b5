using System.Collections.Immutable;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <content>The phases of an upload that becomes an object.</content>
public abstract partial record UploadState
{
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

        /// <summary>How many replaced attempts the parts' trails keep.</summary>
        public int KeptAttempts { get; init; }
    }

    /// <summary>A client chose the parts, and the key's leaf has not decided yet.</summary>
    /// <param name="Before">The upload before the completion. It is this again if the leaf does not publish the object.</param>
    /// <param name="Completion">The choice.</param>
    /// <param name="Sender">Who chose, or null if that is not known.</param>
    public sealed record ObjectCompleting(ObjectOpen Before, Completion Completion, Sender? Sender = null) : OfObject(Before.Spec);

    /// <summary>The upload became an object, and this never changes.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Completion">The object.</param>
    /// <param name="Parts">The chosen parts; null once the manifest is stored.</param>
    public sealed record ObjectStored(
        ObjectUploadSpec Spec, Completion Completion, ImmutableArray<AcceptedPart>? Parts) : OfObject(Spec)
    {
        /// <summary>The timeline; null for an object in one request, and if it was not kept.</summary>
        public PackedTimeline? Timeline { get; init; }

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
        ObjectUploadSpec Spec, ObjectUploadEnd End, DateTimeOffset EndedAt, bool Listed, bool Closed) : OfObject(Spec)
    {
        /// <summary>The timeline; null for an object in one request, and if it was not kept.</summary>
        public PackedTimeline? Timeline { get; init; }
    }
}

/// <summary>A part of an object that the upload has accepted.</summary>
/// <param name="Part">The part.</param>
/// <param name="StoredAt">When.</param>
public sealed record AcceptedPart(NumberedPart Part, DateTimeOffset StoredAt)
{
    /// <summary>Who sent the part, and what it replaced.</summary>
    public PartTrail<AcceptedPart> Trail { get; init; }

    /// <summary>The part without its trail.</summary>
    public AcceptedPart WithoutTrail() => Trail == default ? this : this with { Trail = default };
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
