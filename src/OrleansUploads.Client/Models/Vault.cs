using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>What the server says about a vault. The totals are as of the last inventory.</summary>
/// <param name="Name">The vault's name.</param>
/// <param name="Arn">Its full name with region and account.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="LastInventoryAt">When its content was last counted; null before the first time.</param>
/// <param name="ArchiveCount">Archives at that time; null where the server has not counted yet.</param>
/// <param name="SizeBytes">Their size with overhead; null where the server has not counted yet.</param>
public sealed record Vault(
    [property: JsonRequired, JsonPropertyName("VaultName")] string Name,
    [property: JsonPropertyName("VaultARN")] string Arn,
    [property: JsonPropertyName("CreationDate")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("LastInventoryDate")] DateTimeOffset? LastInventoryAt,
    [property: JsonPropertyName("NumberOfArchives")] long? ArchiveCount,
    [property: JsonPropertyName("SizeInBytes")] long? SizeBytes);
