using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Uploads;

/// <summary>What kind of request an upload came from.</summary>
public enum UploadOrigin
{
    /// <summary>A multipart upload, listed until it ends.</summary>
    Multipart = 0,

    /// <summary>An archive uploaded in one request: an upload of one part that is never listed.</summary>
    SingleRequest = 1,
}

/// <summary>What is fixed when an upload is initiated.</summary>
/// <param name="Upload">Its ID.</param>
/// <param name="Vault">The life of the vault that the archive will be in.</param>
/// <param name="PartSize">Size of every part but the last.</param>
/// <param name="Description">Becomes the archive's.</param>
/// <param name="Origin">Which kind of request it came from.</param>
/// <param name="CreatedAt">When it was initiated.</param>
/// <param name="Custody">Who keeps the bytes.</param>
public sealed record UploadOpening(
    UploadId Upload,
    VaultLife Vault,
    PartSize PartSize,
    Description Description,
    UploadOrigin Origin,
    DateTimeOffset CreatedAt,
    Custody Custody = Custody.Gateway);
