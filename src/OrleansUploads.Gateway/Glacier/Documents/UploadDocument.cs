using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>An upload in progress, as ListMultipartUploads shows it.</summary>
internal sealed record UploadDocument(
    string? ArchiveDescription,
    DateTimeOffset CreationDate,
    string MultipartUploadId,
    long PartSizeInBytes,
    string VaultARN)
{
    /// <summary>Shows what was fixed when an upload was initiated.</summary>
    public static UploadDocument From(UploadOpening opening, string region) => new(
        opening.Description.OrNull,
        opening.CreatedAt,
        opening.Upload.ToString(),
        opening.PartSize.Bytes,
        VaultArn.Format(region, opening.Vault.Id));
}

/// <summary>The answer of ListMultipartUploads.</summary>
internal sealed record UploadListDocument(string? Marker, IReadOnlyList<UploadDocument> UploadsList);

/// <summary>A part, as ListParts shows it.</summary>
/// <param name="RangeInBytes"><c>first-last</c>, both inclusive.</param>
/// <param name="SHA256TreeHash">64 lower-case hex digits.</param>
internal sealed record PartDocument(string RangeInBytes, string SHA256TreeHash);

/// <summary>The answer of ListParts.</summary>
internal sealed record PartListDocument(
    string MultipartUploadId,
    string VaultARN,
    string? ArchiveDescription,
    long PartSizeInBytes,
    DateTimeOffset CreationDate,
    IReadOnlyList<PartDocument> Parts,
    string? Marker);
