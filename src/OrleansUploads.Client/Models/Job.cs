using System.Text.Json.Serialization;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Models;

/// <summary>Where a job stands.</summary>
public enum JobStatus
{
    /// <summary>Not finished.</summary>
    InProgress,

    /// <summary>Its output can be downloaded.</summary>
    Succeeded,

    /// <summary>It ended without output.</summary>
    Failed,
}

/// <summary>How fast an archive is asked for.</summary>
public enum RetrievalTier
{
    /// <summary>What the server does by default.</summary>
    Standard,

    /// <summary>Sooner, and dearer at Amazon.</summary>
    Expedited,

    /// <summary>Later, and cheaper at Amazon.</summary>
    Bulk,
}

/// <summary>What the server says about a job.</summary>
/// <param name="JobId">Names the job.</param>
/// <param name="Description">What its starter wrote; null for none.</param>
/// <param name="Action"><c>ArchiveRetrieval</c> or <c>InventoryRetrieval</c>.</param>
/// <param name="ArchiveId">The archive; null for an inventory.</param>
/// <param name="ArchiveSizeBytes">Size of the whole archive; null for an inventory.</param>
/// <param name="ArchiveTreeHash">Tree hash of the whole archive; null for an inventory.</param>
/// <param name="RetrievalRange">The bytes of the archive that were asked for; null for an inventory.</param>
/// <param name="TreeHash">Tree hash of these bytes; null where the range is not tree-hash aligned.</param>
/// <param name="InventorySizeBytes">Size of a finished inventory.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="StatusMessage">The same in words.</param>
/// <param name="CreatedAt">When it was initiated.</param>
/// <param name="CompletedAt">When it ended; null before.</param>
/// <param name="VaultArn">The vault.</param>
/// <param name="Tier">How fast it was asked for; null for an inventory.</param>
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
    [property: JsonPropertyName("Tier")] RetrievalTier? Tier);
