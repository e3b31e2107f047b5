using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Uploads;

/// <summary>Asks how an upload stands, ended ones included for as long as they are remembered.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
public sealed record SummarizeUpload(VaultId Vault) : UploadCommand, ICommand<UploadSummary>;

/// <summary>The phases of an upload. The numbers are part of contracts.</summary>
public enum UploadPhase
{
    /// <summary>Parts may come.</summary>
    Open = 0,

    /// <summary>It is an archive.</summary>
    Completed = 1,

    /// <summary>Its owner gave it up.</summary>
    Aborted = 2,

    /// <summary>Nobody touched it for too long.</summary>
    Expired = 3,
}

/// <summary>How an upload stands.</summary>
/// <param name="Opening">What was fixed when it was initiated.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="Parts">How many parts it has; 0 unless it is open.</param>
/// <param name="ReportedBytes">Sum of their lengths; of a completed one, the archive's size.</param>
/// <param name="Archive">What it became; null unless it is completed.</param>
public sealed record UploadSummary(
    UploadOpening Opening, UploadPhase Phase, int Parts, long ReportedBytes, CompletedArchive? Archive);
