namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>An archive as the one who completes it knows it.</summary>
/// <param name="Vault">The vault that the upload is in.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="TreeHash">Its SHA-256 tree hash: 64 hex digits.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.CompletionClaim")]
public readonly record struct CompletionClaim(
    [property: Id(0)] VaultAddress Vault, [property: Id(1)] long SizeBytes, [property: Id(2)] string TreeHash);

/// <summary>What an upload became. The same for everybody who asks, for ever.</summary>
/// <param name="ArchiveId">The archive's ID: 138 characters of URL-safe base64.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="TreeHash">Its tree hash: 64 hex digits.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.FinishedArchive")]
public sealed record FinishedArchive(
    [property: Id(0)] string ArchiveId, [property: Id(1)] long SizeBytes, [property: Id(2)] string TreeHash);

/// <summary>The upload is given up: it takes no parts, and becomes no archive.</summary>
/// <param name="UploadId">Its ID.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadGivenUp")]
public sealed record UploadGivenUp([property: Id(0)] string UploadId);

/// <summary>Where an upload is in its life.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.UploadStage")]
public enum UploadStage
{
    /// <summary>Parts may come.</summary>
    Open = 0,

    /// <summary>It is an archive.</summary>
    Completed = 1,

    /// <summary>It was given up.</summary>
    Aborted = 2,

    /// <summary>Nobody touched it for too long.</summary>
    Expired = 3,
}

/// <summary>How an upload stands.</summary>
/// <param name="Opened">What was fixed when it was initiated.</param>
/// <param name="Stage">Where it is in its life.</param>
/// <param name="Parts">How many parts it has; 0 unless it is open.</param>
/// <param name="ReportedBytes">Sum of their lengths; of a completed one the archive's size.</param>
/// <param name="Archive">What it became; null unless it is completed.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadReport")]
public sealed record UploadReport(
    [property: Id(0)] UploadOpened Opened,
    [property: Id(1)] UploadStage Stage,
    [property: Id(2)] int Parts,
    [property: Id(3)] long ReportedBytes,
    [property: Id(4)] FinishedArchive? Archive);
