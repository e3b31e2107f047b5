using System.Text.Json.Serialization;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>An upload in progress in the response of ListMultipartUploads.</summary>
internal sealed record UploadDocument(
    string? ArchiveDescription,
    DateTimeOffset CreationDate,
    string MultipartUploadId,
    long PartSizeInBytes,
    string VaultARN)
{
    /// <summary>The document of an upload.</summary>
    public static UploadDocument From(UploadSpec spec, string region) => new(
        spec.Description.OrNull,
        spec.CreatedAt,
        spec.Upload.ToString(),
        spec.PartSize.Bytes,
        VaultArn.Format(region, spec.Vault.Id));
}

/// <summary>The response of ListMultipartUploads.</summary>
internal sealed record UploadListDocument(string? Marker, IReadOnlyList<UploadDocument> UploadsList);

/// <summary>A part in the response of ListParts.</summary>
/// <param name="RangeInBytes"><c>first-last</c>, both inclusive.</param>
/// <param name="SHA256TreeHash">64 lower-case hex digits.</param>
internal sealed record PartDocument(string RangeInBytes, string SHA256TreeHash);

/// <summary>The response of ListParts.</summary>
internal sealed record PartListDocument(
    string MultipartUploadId,
    string VaultARN,
    string? ArchiveDescription,
    long PartSizeInBytes,
    DateTimeOffset CreationDate,
    IReadOnlyList<PartDocument> Parts,
    string? Marker);

/// <summary>The JSON documents about multipart uploads.</summary>
[JsonSerializable(typeof(PartListDocument))]
[JsonSerializable(typeof(UploadListDocument))]
internal sealed partial class MultipartJson : JsonSerializerContext
{
    public static MultipartJson Documents { get; } = new(JsonBody.CreateOptions());
}
