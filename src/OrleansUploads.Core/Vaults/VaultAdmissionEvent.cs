using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>An upload was admitted; its page must list it.</summary>
/// <param name="Spec">The upload.</param>
/// <param name="Admission">Sequence number among the admissions to its page, starting at 1.</param>
public sealed record UploadAdmitted(UploadSpec Spec, long Admission) : VaultEvent;

/// <summary>A page confirmed that it lists an admitted upload.</summary>
public sealed record AdmissionListed(UploadId Upload) : VaultEvent;

/// <summary>A page reported how many of its admissions have ended.</summary>
public sealed record ClosingsRecorded(int Page, long Closed) : VaultEvent;

/// <summary>The vault's counts of a page; occurs only in snapshots.</summary>
public sealed record PageCarriedOver(int Page, long Admitted, long Closed) : VaultEvent;
