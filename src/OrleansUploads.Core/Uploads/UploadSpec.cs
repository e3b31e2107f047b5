using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Uploads;

/// <summary>The kind of request that opened an upload.</summary>
public enum UploadOrigin
{
    /// <summary>A multipart upload. The vault lists it until it ends.</summary>
    Multipart = 0,

    /// <summary>An archive in a single request: an upload of one part. The vault never lists it.</summary>
    SingleRequest = 1,
}

/// <summary>The properties that are fixed when an upload is initiated.</summary>
/// <param name="Upload">Its ID.</param>
/// <param name="Vault">The incarnation of the vault that will contain the archive.</param>
/// <param name="PartSize">The size of every part except the last.</param>
/// <param name="Description">The archive's description.</param>
/// <param name="Origin">The kind of request that opened it.</param>
/// <param name="CreatedAt">The time of initiation.</param>
/// <param name="ByteStorage">Which system stores the bytes.</param>
public sealed record UploadSpec(
    UploadId Upload,
    VaultIncarnation Vault,
    PartSize PartSize,
    Description Description,
    UploadOrigin Origin,
    DateTimeOffset CreatedAt,
    ByteStorage ByteStorage = ByteStorage.Gateway);
