using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.Core.Uploads;

/// <summary>The events of an upload. They are stored for years: never change an existing event, add a new one.</summary>
/// <remarks>The members about senders, lost attempts and the timeline are notes: no decision depends on them, and older versions of the
/// program skip them.</remarks>
public abstract record UploadEvent
{
    private protected UploadEvent()
    {
    }
}

/// <summary>The upload was initiated.</summary>
/// <param name="Spec">What is fixed from then on.</param>
/// <param name="Senders">The senders of the following parts, in a compacted history; otherwise null.</param>
public sealed record UploadInitiated(UploadSpec Spec, SenderTable? Senders = null) : UploadEvent;

/// <summary>An attempt became the part of a slot and replaced any earlier one.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="LengthBytes">The length of the part.</param>
/// <param name="TreeHash">Its tree hash.</param>
/// <param name="Attempt">The attempt that holds its bytes.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="By">The number of its sender, or null if the sender is not known.</param>
/// <param name="Sender">The sender, if it is the first part of this sender; otherwise null.</param>
/// <param name="Lost">How many replaced attempts of the slot a compacted history leaves out, or null for none.</param>
public sealed record PartStored(
    int Slot,
    long LengthBytes,
    TreeHash TreeHash,
    AttemptId Attempt,
    DateTimeOffset At,
    int? By = null,
    Sender? Sender = null,
    int? Lost = null) : UploadEvent;

/// <summary>Externally stored bytes became the part of a slot and replaced any earlier one.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="LengthBytes">The length of the part.</param>
/// <param name="TreeHash">Its tree hash.</param>
/// <param name="Location">The location of its bytes.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="Lost">How many replaced reports of the slot a compacted history leaves out, or null for none.</param>
public sealed record ExternalPartStored(
    int Slot, long LengthBytes, TreeHash TreeHash, PartLocation Location, DateTimeOffset At, int? Lost = null) : UploadEvent;

/// <summary>Attempts that started before an instant and are not parts may be collected.</summary>
public sealed record AttemptsFenced(DateTimeOffset Before) : UploadEvent;

/// <summary>The parts became an archive. This happens at most once for each upload.</summary>
/// <param name="Archive">The archive's ID.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="TreeHash">Its tree hash.</param>
/// <param name="At">When.</param>
/// <param name="Sender">Who completed the upload, or null if that is not known.</param>
/// <param name="Timeline">The timeline, in a compacted history; otherwise null.</param>
public sealed record UploadCompleted(
    ArchiveId Archive,
    long SizeBytes,
    TreeHash TreeHash,
    DateTimeOffset At,
    Sender? Sender = null,
    PackedTimeline? Timeline = null) : UploadEvent;

/// <summary>The manifest is in the part store, so the upload's state no longer needs the parts.</summary>
public sealed record ManifestStored : UploadEvent;

/// <summary>The archive is in the vault's index.</summary>
public sealed record ArchiveIndexed : UploadEvent;

/// <summary>A client aborted the upload.</summary>
/// <param name="At">When.</param>
/// <param name="Sender">Who aborted it, or null if that is not known.</param>
/// <param name="Timeline">The timeline, in a compacted history; otherwise null.</param>
public sealed record UploadAborted(DateTimeOffset At, Sender? Sender = null, PackedTimeline? Timeline = null) : UploadEvent;

/// <summary>The upload expired after a long time without activity.</summary>
/// <param name="At">When.</param>
/// <param name="Timeline">The timeline, in a compacted history; otherwise null.</param>
public sealed record UploadExpired(DateTimeOffset At, PackedTimeline? Timeline = null) : UploadEvent;

/// <summary>The upload ended because its vault was deleted. If it was completed, the vault had not recorded the archive, so no client knew
/// its ID.</summary>
/// <param name="At">When.</param>
/// <param name="Timeline">The timeline, in a compacted history; otherwise null.</param>
public sealed record UploadEndedWithVault(DateTimeOffset At, PackedTimeline? Timeline = null) : UploadEvent;

/// <summary>The vault no longer lists the ended upload.</summary>
public sealed record UploadClosed : UploadEvent;

/// <summary>The archive was deleted.</summary>
/// <param name="At">When it was deleted.</param>
/// <param name="BytesUntil">Until when jobs refer to its bytes, or null if no jobs were asked.</param>
public sealed record ArchiveReleased(DateTimeOffset At, DateTimeOffset? BytesUntil = null) : UploadEvent;

/// <summary>No job refers to the bytes of the deleted archive.</summary>
public sealed record BytesReleased : UploadEvent;

/// <summary>The part store has deleted the bytes of the deleted archive.</summary>
public sealed record BytesReclaimed : UploadEvent;
