using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Uploads;

/// <summary>Asks which parts of an open upload are there. The answer is short, regardless of the number of parts.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
public sealed record MapParts(VaultId Vault) : UploadCommand, ICommand<MappedUpload>;

/// <summary>An upload with the map of its parts.</summary>
/// <param name="Spec">What was fixed when the upload was initiated.</param>
/// <param name="Parts">Its parts.</param>
public sealed record MappedUpload(UploadSpec Spec, MappedParts Parts);

/// <summary>Which parts an open upload has.</summary>
/// <param name="Numbers">The numbers of the parts. The part at the beginning of an archive has number 1.</param>
/// <param name="Bytes">Sum of their lengths.</param>
/// <param name="LastActivityAt">When a part was last accepted, or the upload was initiated.</param>
public sealed record MappedParts(PartNumbers Numbers, long Bytes, DateTimeOffset LastActivityAt)
{
    /// <summary>How fast the last parts arrived, or null if that is not known. A note.</summary>
    public TransferRate? Rate { get; init; }
}

/// <summary>How fast the last parts of an upload arrived.</summary>
/// <param name="BytesPerSecond">The rate. The connections carried at least this much.</param>
/// <param name="OverMilliseconds">The time that it was measured over.</param>
public sealed record TransferRate(long BytesPerSecond, long OverMilliseconds);
