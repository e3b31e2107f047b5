namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>Names a vault.</summary>
/// <param name="Account">The account that owns it: 12 digits.</param>
/// <param name="Vault">Its name.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.VaultAddress")]
public readonly record struct VaultAddress([property: Id(0)] string Account, [property: Id(1)] string Vault);

/// <summary>Who keeps the bytes of an upload.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.ByteCustody")]
public enum ByteCustody
{
    /// <summary>They come in and go out through the gateway.</summary>
    Gateway = 0,

    /// <summary>Whoever uploads, in a store of its own.</summary>
    Elsewhere = 1,
}

/// <summary>What an upload is to be. All of it is fixed from then on.</summary>
/// <param name="Vault">The vault that the archive will be in.</param>
/// <param name="PartSizeBytes">Size of every part but the last: 1 MiB times a power of two, at most 4 GiB.</param>
/// <param name="Description">What the owner says of the archive: at most 1,024 printable ASCII characters.</param>
/// <param name="Custody">Who keeps the bytes.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadOrder")]
public sealed record UploadOrder(
    [property: Id(0)] VaultAddress Vault,
    [property: Id(1)] long PartSizeBytes,
    [property: Id(2)] string Description,
    [property: Id(3)] ByteCustody Custody);

/// <summary>An upload that is open.</summary>
/// <param name="UploadId">Its ID, which is the grain's key.</param>
/// <param name="PartSizeBytes">Size of every part but the last.</param>
/// <param name="Custody">Who keeps the bytes.</param>
/// <param name="CreatedAt">When it was initiated.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadOpened")]
public sealed record UploadOpened(
    [property: Id(0)] string UploadId,
    [property: Id(1)] long PartSizeBytes,
    [property: Id(2)] ByteCustody Custody,
    [property: Id(3)] DateTimeOffset CreatedAt);
