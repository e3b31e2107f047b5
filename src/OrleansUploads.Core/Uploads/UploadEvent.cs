using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>What can happen to an upload. Stored for years: a case is never changed, only followed by a new one.</summary>
public abstract record UploadEvent
{
    private protected UploadEvent()
    {
    }
}

/// <summary>The upload began.</summary>
public sealed record UploadInitiated(UploadOpening Opening) : UploadEvent;

/// <summary>An attempt became the part of a slot, in place of any older one.</summary>
public sealed record PartStored(int Slot, long LengthBytes, TreeHash TreeHash, AttemptId Attempt, DateTimeOffset At)
    : UploadEvent;

/// <summary>What was reported with a location became the part of a slot, in place of any older one.</summary>
public sealed record LocatedPartStored(
    int Slot, long LengthBytes, TreeHash TreeHash, PartLocation Location, DateTimeOffset At) : UploadEvent;

/// <summary>Attempts that were begun before an instant and are no part are free to be collected.</summary>
public sealed record AttemptsFenced(DateTimeOffset Before) : UploadEvent;

/// <summary>The parts became an archive: the one decision that is never taken twice.</summary>
public sealed record UploadCompleted(ArchiveId Archive, long SizeBytes, TreeHash TreeHash, DateTimeOffset At)
    : UploadEvent;

/// <summary>The manifest is in the part store, so the parts need not be remembered here.</summary>
public sealed record ManifestStored : UploadEvent;

/// <summary>The archive is in the vault's index.</summary>
public sealed record ArchiveIndexed : UploadEvent;

/// <summary>Its owner gave the upload up.</summary>
public sealed record UploadAborted(DateTimeOffset At) : UploadEvent;

/// <summary>Nobody touched the upload for so long that it was reclaimed.</summary>
public sealed record UploadExpired(DateTimeOffset At) : UploadEvent;

/// <summary>The vault no longer lists the aborted or expired upload.</summary>
public sealed record UploadClosed : UploadEvent;

/// <summary>The archive was deleted.</summary>
public sealed record ArchiveReleased(DateTimeOffset At) : UploadEvent;
