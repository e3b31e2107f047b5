namespace OrleansUploads.Core.Uploads;

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
public sealed record UploadInitiated(UploadSpec Spec, SenderTable? Senders = null) : UploadEvent;

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
/// <param name="Slot">The slot.</param>
/// <param name="LengthBytes">The length of the part.</param>
/// <param name="TreeHash">Its tree hash.</param>
/// <param name="Location">The location of its bytes.</param>
/// <param name="At">When it was accepted.</param>
[Named("located-part-stored.1")]
public sealed record ExternalPartStored(
    int Slot, long LengthBytes, TreeHash TreeHash, PartLocation Location, DateTimeOffset At) : UploadEvent;

/// <summary>Attempts that started before an instant and are not parts may be collected.</summary>
[Named("attempts-fenced.1")]
public sealed record AttemptsFenced(DateTimeOffset Before) : UploadEvent;

/// <summary>The parts became an archive. This happens at most once for each upload.</summary>
/// <param name="Archive">The archive's ID.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="TreeHash">Its tree hash.</param>
/// <param name="At">When.</param>
[Named("upload-completed.1")]
public sealed record UploadCompleted(ArchiveId Archive, long SizeBytes, TreeHash TreeHash, DateTimeOffset At) : UploadEvent;

/// <summary>The manifest is in the part store, so the upload of an object no longer needs its parts.</summary>
[Named("manifest-stored.1")]
public sealed record ManifestStored : UploadEvent;

/// <summary>The manifest is in the part store and the archive in the vault's index, so the upload no longer needs its parts.</summary>
[Named("archive-indexed.1")]
public sealed record ArchiveIndexed : UploadEvent;

/// <summary>A client aborted the upload.</summary>
/// <param name="At">When.</param>
[Named("upload-aborted.1")]
public sealed record UploadAborted(DateTimeOffset At) : UploadEvent;

/// <summary>The upload expired after a long time without activity.</summary>
/// <param name="At">When.</param>
[Named("upload-expired.1")]
public sealed record UploadExpired(DateTimeOffset At) : UploadEvent;

/// <summary>The upload ended because its vault was deleted. If it was completed, the vault had not recorded the archive, so no client knew
/// its ID.</summary>
/// <param name="At">When.</param>
[Named("upload-ended-with-vault.1")]
public sealed record UploadEndedWithVault(DateTimeOffset At) : UploadEvent;

/// <summary>The vault no longer lists the ended upload.</summary>
[Named("upload-closed.1")]
public sealed record UploadClosed : UploadEvent;

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
