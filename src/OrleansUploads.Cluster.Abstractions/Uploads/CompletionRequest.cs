namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>A request to complete an upload, with the expected size and tree hash of the archive.</summary>
/// <param name="Vault">The vault of the upload.</param>
/// <param name="SizeBytes">The size of the archive in bytes.</param>
/// <param name="TreeHash">The SHA-256 tree hash of the archive: 64 hex digits.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.CompletionRequest")]
public readonly record struct CompletionRequest(
    [property: Id(0)] VaultAddress Vault, [property: Id(1)] long SizeBytes, [property: Id(2)] string TreeHash);

/// <summary>The archive of a completed upload. It never changes.</summary>
/// <param name="ArchiveId">The archive ID: 138 characters of URL-safe base64.</param>
/// <param name="SizeBytes">The size of the archive in bytes.</param>
/// <param name="TreeHash">The tree hash of the archive: 64 hex digits.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.FinishedArchive")]
public sealed record FinishedArchive(
    [property: Id(0)] string ArchiveId, [property: Id(1)] long SizeBytes, [property: Id(2)] string TreeHash);

/// <summary>The answer to an abort: the upload is aborted. It no longer accepts parts and cannot be completed.</summary>
/// <param name="UploadId">The upload ID.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.AbortedUpload")]
public sealed record AbortedUpload([property: Id(0)] string UploadId);

/// <summary>The stage of an upload.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.UploadStage")]
public enum UploadStage
{
    /// <summary>The upload accepts parts.</summary>
    Open = 0,

    /// <summary>The upload was completed and is an archive.</summary>
    Completed = 1,

    /// <summary>The upload was aborted.</summary>
    Aborted = 2,

    /// <summary>The upload expired because it had no activity for too long.</summary>
    Expired = 3,
}

/// <summary>The summary of an upload.</summary>
/// <param name="Opened">The properties that were fixed when the upload was initiated.</param>
/// <param name="Stage">The stage of the upload.</param>
/// <param name="Parts">The number of parts, or 0 unless the upload is open.</param>
/// <param name="ReportedBytes">The total length of the parts, or the archive's size if the upload is completed.</param>
/// <param name="Archive">The archive, or null unless the upload is completed.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadReport")]
public sealed record UploadReport(
    [property: Id(0)] UploadOpened Opened,
    [property: Id(1)] UploadStage Stage,
    [property: Id(2)] int Parts,
    [property: Id(3)] long ReportedBytes,
    [property: Id(4)] FinishedArchive? Archive);
