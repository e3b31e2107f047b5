using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Uploads;

/// <summary>Returns the state of an upload. Ended uploads also answer, for as long as their record is kept.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
public sealed record SummarizeUpload(VaultId Vault) : UploadCommand, ICommand<UploadSummary>;

/// <summary>The phases of an upload. The values are sent to clients: never change them.</summary>
public enum UploadPhase
{
    /// <summary>The upload accepts parts.</summary>
    Open = 0,

    /// <summary>The upload became an archive.</summary>
    Completed = 1,

    /// <summary>A client aborted the upload.</summary>
    Aborted = 2,

    /// <summary>The upload expired without activity.</summary>
    Expired = 3,
}

/// <summary>The state of an upload.</summary>
/// <param name="Spec">What was fixed at initiation.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="Parts">The number of parts, or 0 unless it is open.</param>
/// <param name="ReportedBytes">Sum of their lengths; for a completed upload, the archive's size.</param>
/// <param name="Archive">The archive, or null unless it is completed.</param>
/// <param name="ArchiveDeletedAt">When the archive was deleted; null while it exists.</param>
public sealed record UploadSummary(
    UploadSpec Spec, UploadPhase Phase, int Parts, long ReportedBytes, CompletedArchive? Archive,
    DateTimeOffset? ArchiveDeletedAt = null);
