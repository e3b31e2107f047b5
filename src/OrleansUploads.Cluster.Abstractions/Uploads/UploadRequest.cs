namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>Identifies a vault.</summary>
/// <param name="Account">The ID of the account that owns the vault: 12 digits.</param>
/// <param name="Vault">The vault name.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.VaultAddress")]
public readonly record struct VaultAddress([property: Id(0)] string Account, [property: Id(1)] string Vault);

/// <summary>Where the bytes of an upload are stored.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.UploadStorage")]
public enum UploadStorage
{
    /// <summary>In the cluster's part store. They are uploaded and retrieved through the gateway.</summary>
    Gateway = 0,

    /// <summary>In another store, which the uploader manages.</summary>
    External = 1,
}

/// <summary>A request to initiate an upload. None of these properties can be changed later.</summary>
/// <param name="Vault">The vault that will contain the archive.</param>
/// <param name="PartSizeBytes">The size of every part except the last: 1 MiB times a power of two, at most 4 GiB.</param>
/// <param name="Description">The description of the archive: at most 1,024 printable ASCII characters.</param>
/// <param name="ByteStorage">Where the bytes are stored.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadRequest")]
public sealed record UploadRequest(
    [property: Id(0)] VaultAddress Vault,
    [property: Id(1)] long PartSizeBytes,
    [property: Id(2)] string Description,
    [property: Id(3)] UploadStorage ByteStorage);

/// <summary>The properties of an initiated upload.</summary>
/// <param name="UploadId">The upload ID, which is the grain's key.</param>
/// <param name="PartSizeBytes">The size of every part except the last.</param>
/// <param name="ByteStorage">Where the bytes are stored.</param>
/// <param name="CreatedAt">The time at which the upload was initiated.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadOpened")]
public sealed record UploadOpened(
    [property: Id(0)] string UploadId,
    [property: Id(1)] long PartSizeBytes,
    [property: Id(2)] UploadStorage ByteStorage,
    [property: Id(3)] DateTimeOffset CreatedAt);
