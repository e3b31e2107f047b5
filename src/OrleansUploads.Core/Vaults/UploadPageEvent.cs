using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>Events of a page of uploads in progress. They are stored for years: never change an existing event, add a new
/// one.</summary>
public abstract record UploadPageEvent
{
    private protected UploadPageEvent()
    {
    }
}

/// <summary>The page received its first command.</summary>
[Named("upload-page-opened.1")]
public sealed record UploadPageOpened(VaultIncarnation Vault, int Page) : UploadPageEvent;

/// <summary>An admitted upload was listed.</summary>
[Named("upload-paged.1")]
public sealed record UploadPaged(UploadSpec Spec, long Admission) : UploadPageEvent;

/// <summary>An admission ended without being listed: its upload was already listed under another admission, or had ended before
/// the admission arrived.</summary>
[Named("admission-ended.1")]
public sealed record AdmissionEnded(long Admission) : UploadPageEvent;

/// <summary>A listed upload ended.</summary>
[Named("paged-upload-closed.1")]
public sealed record PagedUploadClosed(UploadId Upload) : UploadPageEvent;

/// <summary>The page's whole state; occurs only in snapshots.</summary>
/// <param name="Vault">The vault's incarnation.</param>
/// <param name="Page">Number of the page.</param>
/// <param name="SeenUpTo">All admissions up to this one have arrived.</param>
/// <param name="SeenBeyond">Later admissions that have arrived as well, in order.</param>
/// <param name="Uploads">The listed uploads, by ID.</param>
[Named("upload-page-snapshot.1")]
public sealed record UploadPageSnapshot(
    VaultIncarnation Vault,
    int Page,
    long SeenUpTo,
    IReadOnlyList<long> SeenBeyond,
    IReadOnlyList<UploadSpec> Uploads) : UploadPageEvent;
