using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>An upload in progress.</summary>
/// <param name="UploadId">The upload ID.</param>
/// <param name="VaultArn">The ARN of the vault that will contain the archive.</param>
/// <param name="Description">The archive's description, or null for none.</param>
/// <param name="PartSizeBytes">The length of every part except the last.</param>
/// <param name="CreatedAt">The time at which the upload was initiated.</param>
public sealed record MultipartUpload(
    [property: JsonRequired, JsonPropertyName("MultipartUploadId")] string UploadId,
    [property: JsonPropertyName("VaultARN")] string VaultArn,
    [property: JsonPropertyName("ArchiveDescription")] string? Description,
    [property: JsonPropertyName("PartSizeInBytes")] long PartSizeBytes,
    [property: JsonPropertyName("CreationDate")] DateTimeOffset CreatedAt);

/// <summary>A part that the server has stored.</summary>
/// <param name="Range">The part's range in the archive.</param>
/// <param name="TreeHash">The tree hash of the part.</param>
/// <param name="Location">The reported location of the bytes, or null if the server has them.</param>
public sealed record UploadedPart(
    [property: JsonRequired, JsonPropertyName("RangeInBytes")] ByteRange Range,
    [property: JsonRequired, JsonPropertyName("SHA256TreeHash")] TreeHash TreeHash,
    [property: JsonPropertyName("Location")] string? Location = null)
{
    /// <summary>The name of the object or file that holds the part in the store of the server, below its prefix or folder; null for a part of
    /// an upload in progress, and if the bytes are stored elsewhere.</summary>
    [JsonPropertyName("StoredAs")]
    public string? StoredAs { get; init; }
}
