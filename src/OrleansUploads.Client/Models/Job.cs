using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>The status of a job.</summary>
public enum JobStatus
{
    /// <summary>Not finished.</summary>
    InProgress,

    /// <summary>Its output can be downloaded.</summary>
    Succeeded,

    /// <summary>It ended without output.</summary>
    Failed,
}

/// <summary>The speed of an archive retrieval.</summary>
public enum ArchiveRetrievalTier
{
    /// <summary>The server's default speed.</summary>
    Standard,

    /// <summary>Faster than standard; Amazon charges more for it.</summary>
    Expedited,

    /// <summary>Slower than standard; Amazon charges less for it.</summary>
    Bulk,
}

/// <summary>The properties of a job, as the server returns them.</summary>
/// <param name="JobId">The job ID.</param>
/// <param name="Description">The description given when the job was initiated, or null for none.</param>
/// <param name="Action"><c>ArchiveRetrieval</c> or <c>InventoryRetrieval</c>.</param>
/// <param name="ArchiveId">The archive ID, or null for an inventory.</param>
/// <param name="ArchiveSizeBytes">The size of the whole archive, or null for an inventory.</param>
/// <param name="ArchiveTreeHash">The tree hash of the whole archive, or null for an inventory.</param>
/// <param name="RetrievalRange">The requested bytes of the archive, or null for an inventory.</param>
/// <param name="TreeHash">The tree hash of the requested bytes, or null if the range is not tree-hash aligned.</param>
/// <param name="InventorySizeBytes">The size of a finished inventory.</param>
/// <param name="Status">The job's status.</param>
/// <param name="StatusMessage">A description of the status.</param>
/// <param name="CreatedAt">The time at which the job was initiated.</param>
/// <param name="CompletedAt">The time at which the job ended; null while it is in progress.</param>
/// <param name="VaultArn">The vault's ARN.</param>
/// <param name="Tier">The requested retrieval speed, or null for an inventory.</param>
public sealed record Job(
    [property: JsonRequired, JsonPropertyName("JobId")] string JobId,
    [property: JsonPropertyName("JobDescription")] string? Description,
    [property: JsonPropertyName("Action")] string Action,
    [property: JsonPropertyName("ArchiveId")] string? ArchiveId,
    [property: JsonPropertyName("ArchiveSizeInBytes")] long? ArchiveSizeBytes,
    [property: JsonPropertyName("ArchiveSHA256TreeHash")] TreeHash? ArchiveTreeHash,
    [property: JsonPropertyName("RetrievalByteRange")] ByteRange? RetrievalRange,
    [property: JsonPropertyName("SHA256TreeHash")] TreeHash? TreeHash,
    [property: JsonPropertyName("InventorySizeInBytes")] long? InventorySizeBytes,
    [property: JsonRequired, JsonPropertyName("StatusCode")] JobStatus Status,
    [property: JsonPropertyName("StatusMessage")] string? StatusMessage,
    [property: JsonPropertyName("CreationDate")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("CompletionDate")] DateTimeOffset? CompletedAt,
    [property: JsonPropertyName("VaultARN")] string VaultArn,
    [property: JsonPropertyName("Tier")] ArchiveRetrievalTier? Tier);
