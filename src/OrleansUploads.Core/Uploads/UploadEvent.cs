using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.Core.Uploads;

/// <summary>The events of an upload. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record UploadEvent
{
    private protected UploadEvent()
    {
    }
}

/// <summary>The upload was initiated.</summary>
public sealed record UploadInitiated(UploadSpec Spec) : UploadEvent;

/// <summary>An attempt became the part of a slot and replaced any earlier one.</summary>
public sealed record PartStored(int Slot, long LengthBytes, TreeHash TreeHash, AttemptId Attempt, DateTimeOffset At)
    : UploadEvent;

/// <summary>Externally stored bytes became the part of a slot and replaced any earlier one.</summary>
public sealed record ExternalPartStored(
    int Slot, long LengthBytes, TreeHash TreeHash, PartLocation Location, DateTimeOffset At) : UploadEvent;

/// <summary>Attempts that started before an instant and are not parts may be collected.</summary>
public sealed record AttemptsFenced(DateTimeOffset Before) : UploadEvent;

/// <summary>The parts became an archive. This happens at most once for each upload.</summary>
public sealed record UploadCompleted(ArchiveId Archive, long SizeBytes, TreeHash TreeHash, DateTimeOffset At)
    : UploadEvent;

/// <summary>The manifest is in the part store, so the upload's state no longer needs the parts.</summary>
public sealed record ManifestStored : UploadEvent;

/// <summary>The archive is in the vault's index.</summary>
public sealed record ArchiveIndexed : UploadEvent;

/// <summary>A client aborted the upload.</summary>
public sealed record UploadAborted(DateTimeOffset At) : UploadEvent;

/// <summary>The upload expired after a long time without activity.</summary>
public sealed record UploadExpired(DateTimeOffset At) : UploadEvent;

/// <summary>The vault no longer lists the aborted or expired upload.</summary>
public sealed record UploadClosed : UploadEvent;

/// <summary>The archive was deleted.</summary>
/// <param name="At">When it was deleted.</param>
/// <param name="BytesUntil">Until when jobs refer to its bytes, or null if no jobs were asked.</param>
public sealed record ArchiveReleased(DateTimeOffset At, DateTimeOffset? BytesUntil = null) : UploadEvent;

/// <summary>No job refers to the bytes of the deleted archive.</summary>
public sealed record BytesReleased : UploadEvent;

/// <summary>The part store has deleted the bytes of the deleted archive.</summary>
public sealed record BytesReclaimed : UploadEvent;
