using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>An archive, as a vault's inventory lists it.</summary>
/// <param name="ArchiveId">The archive ID.</param>
/// <param name="Description">The archive's description, or null for none.</param>
/// <param name="CreatedAt">The time at which the archive was created.</param>
/// <param name="SizeBytes">The size of the archive in bytes.</param>
/// <param name="TreeHash">The tree hash of the archive.</param>
public sealed record InventoryEntry(
    [property: JsonRequired, JsonPropertyName("ArchiveId")] string ArchiveId,
    [property: JsonPropertyName("ArchiveDescription")] string? Description,
    [property: JsonPropertyName("CreationDate")] DateTimeOffset CreatedAt,
    [property: JsonRequired, JsonPropertyName("Size")] long SizeBytes,
    [property: JsonRequired, JsonPropertyName("SHA256TreeHash")] TreeHash TreeHash);
