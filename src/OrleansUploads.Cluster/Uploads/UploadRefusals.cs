using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Cluster.Uploads;

internal static class UploadRefusals
{
    public static UploadRefusal Invalid(string message) => new(UploadRefusalKind.Invalid, message);

    public static UploadRefusal Unavailable(string message) => new(UploadRefusalKind.Unavailable, message);

    /// <summary>The key of a new upload belongs to an upload of another vault.</summary>
    public static UploadRefusal KeyInUse(string key) => new(
        UploadRefusalKind.InitiatedOtherwise,
        $"The upload ID {key} is in use in another vault. Create a new one with UploadKey.New().");

    /// <summary>The upload exists with other properties.</summary>
    public static UploadRefusal InitiatedOtherwise(ArchiveUploadSpec spec) => new(
        UploadRefusalKind.InitiatedOtherwise,
        $"The upload was initiated with parts of {spec.PartSize.Bytes} bytes, the storage {StorageOf(spec.ByteStorage)} and the "
        + $"description '{spec.Description}'. Repeat the call with these properties, or create a new key with UploadKey.New().");

    public static UploadStorage StorageOf(ByteStorage storage) => storage switch
    {
        ByteStorage.Gateway => UploadStorage.Gateway,
        ByteStorage.External => UploadStorage.External,
    };

    /// <summary>The manifest was deleted with its archive.</summary>
    public static UploadRefusal ArchiveDeleted() => new(
        UploadRefusalKind.ArchiveDeleted,
        "The archive was deleted, and its manifest with it. Delete the bytes that you stored for this upload: nothing refers to them.");

    /// <summary>Throws an <see cref="ArgumentOutOfRangeException"/> if no command of an ingestion node is refused for this
    /// reason.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No command of an ingestion node is refused for this reason.</exception>
    public static UploadRefusal From(Refusal refusal) => refusal switch
    {
        Refusal.VaultNotFound r => new(
            UploadRefusalKind.VaultNotFound, $"There is no vault {r.Vault}. Create it first."),
        Refusal.UploadNotFound => new(
            UploadRefusalKind.UploadNotFound,
            "The upload does not exist in this vault, or it was completed, was aborted or has expired. SummarizeAsync says which, as long "
            + "as the upload's record is kept."),
        Refusal.UploadStoredByGateway => new(
            UploadRefusalKind.StoredByGateway,
            "The gateway stores the bytes of this upload. Send the part to the gateway, or initiate an upload with external storage."),
        Refusal.RangeNotAligned r => new(
            UploadRefusalKind.InvalidPartRange,
            $"Part {r.Range} does not start at a multiple of the part size, which is {r.PartSize.Bytes} bytes."),
        Refusal.PartTooLarge r => new(
            UploadRefusalKind.InvalidPartRange, $"Part {r.Range} is longer than the part size, which is {r.PartSize.Bytes} bytes."),
        Refusal.TooManyParts r => new(
            UploadRefusalKind.InvalidPartRange,
            $"Part {r.Range} lies beyond the maximum of {r.Limit} parts of {r.PartSize.Bytes} bytes. Initiate an upload with a larger "
            + "part size."),
        Refusal.NoParts => new(
            UploadRefusalKind.Incomplete, "The upload has no parts. Report all parts before you complete the upload."),
        Refusal.PartMissing r => new(
            UploadRefusalKind.Incomplete, $"Bytes {r.FirstGap} were not reported. Report them, then complete the upload again."),
        Refusal.PartLost r => new(
            UploadRefusalKind.Incomplete,
            $"The bytes of part {r.Range} are lost. Send the part again, then complete the upload again."),
        Refusal.PartTooShort r => new(
            UploadRefusalKind.Incomplete,
            $"Part {r.Range} is shorter than the part size, which is {r.PartSize.Bytes} bytes, and is not the last part. Report the "
            + "whole part."),
        Refusal.SizeDiffers r => new(
            UploadRefusalKind.ArchiveMismatch,
            $"The stated size is {r.StatedBytes} bytes, but the parts have {r.UploadedBytes} bytes. List the parts and compare them."),
        Refusal.TreeHashDiffers r => new(
            UploadRefusalKind.ArchiveMismatch,
            $"The stated tree hash is {r.Stated}, but the parts have the tree hash {r.Computed}. List the parts and compare them."),
        Refusal.CompletionMismatch r => new(
            UploadRefusalKind.CompletionMismatch,
            $"The upload is already completed as archive {r.Archive} of {r.SizeBytes} bytes with tree hash {r.TreeHash}."),
        Refusal.UploadStoredExternally => new(
            UploadRefusalKind.StoredExternally,
            "The bytes of this upload are in external storage. Report their locations, or initiate an upload with the gateway's storage."),
        Refusal.WritesNotGranted => new(
            UploadRefusalKind.CannotGrant, "The part store of this cluster does not grant writes. Send the part to the gateway."),
        Refusal.AttemptOfOtherPart r => new(
            UploadRefusalKind.NotWritten, $"The attempt {r.Attempt} was granted for part number {r.Number}, counted from 1."),
        Refusal.AttemptNotAsReported r => new(
            UploadRefusalKind.NotWritten,
            $"The part store does not have the attempt {r.Attempt} as reported: {r.Fault}. Write the part again with another grant."),
        Refusal.AttemptCollected r => new(
            UploadRefusalKind.GrantExpired, $"The grant for part {r.Range} is too old. Ask for another one and write the part again."),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "Not a refusal that an ingestion node can get."),
    };
}
