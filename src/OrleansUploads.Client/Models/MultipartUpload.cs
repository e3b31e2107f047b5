using System.Text.Json.Serialization;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Models;

/// <summary>An upload in progress.</summary>
/// <param name="UploadId">Names the upload.</param>
/// <param name="VaultArn">The vault that the archive will be in.</param>
/// <param name="Description">The archive's description; null for none.</param>
/// <param name="PartSizeBytes">Length of every part but the last.</param>
/// <param name="CreatedAt">When it was initiated.</param>
public sealed record MultipartUpload(
    [property: JsonRequired, JsonPropertyName("MultipartUploadId")] string UploadId,
    [property: JsonPropertyName("VaultARN")] string VaultArn,
    [property: JsonPropertyName("ArchiveDescription")] string? Description,
    [property: JsonPropertyName("PartSizeInBytes")] long PartSizeBytes,
    [property: JsonPropertyName("CreationDate")] DateTimeOffset CreatedAt);

/// <summary>A part that the server has.</summary>
/// <param name="Range">Its bytes, in the archive.</param>
/// <param name="TreeHash">Tree hash of these bytes.</param>
public sealed record UploadedPart(
    [property: JsonRequired, JsonPropertyName("RangeInBytes")] ByteRange Range,
    [property: JsonRequired, JsonPropertyName("SHA256TreeHash")] TreeHash TreeHash);

/// <summary>One page of an upload's parts, by start.</summary>
/// <param name="PartSizeBytes">Length of every part but the last.</param>
/// <param name="Description">The archive's description; null for none.</param>
/// <param name="Parts">The parts; may be empty.</param>
/// <param name="Marker">Asks for the next page; null on the last.</param>
public sealed record PartPage(
    [property: JsonRequired, JsonPropertyName("PartSizeInBytes")] long PartSizeBytes,
    [property: JsonPropertyName("ArchiveDescription")] string? Description,
    [property: JsonRequired] IReadOnlyList<UploadedPart> Parts,
    string? Marker);
