using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>The properties of a vault, as the server returns them. The totals are as of the last inventory.</summary>
/// <param name="Name">The vault name.</param>
/// <param name="Arn">The vault's ARN, with region and account.</param>
/// <param name="CreatedAt">The time at which the vault was created.</param>
/// <param name="LastInventoryAt">The time of the last inventory; null before the first inventory.</param>
/// <param name="ArchiveCount">The number of archives at the last inventory; null before the first inventory.</param>
/// <param name="SizeBytes">Their total size including overhead, in bytes; null before the first inventory.</param>
public sealed record Vault(
    [property: JsonRequired, JsonPropertyName("VaultName")] string Name,
    [property: JsonPropertyName("VaultARN")] string Arn,
    [property: JsonPropertyName("CreationDate")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("LastInventoryDate")] DateTimeOffset? LastInventoryAt,
    [property: JsonPropertyName("NumberOfArchives")] long? ArchiveCount,
    [property: JsonPropertyName("SizeInBytes")] long? SizeBytes);
