using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>Refusals as ingestion nodes are told them.</summary>
internal static class UploadRefusals
{
    /// <summary>A value that the caller sent is not what it has to be.</summary>
    public static UploadRefusal Invalid(string message) => new(UploadRefusalKind.Invalid, message);

    /// <summary>Nobody knows what became of the call.</summary>
    public static UploadRefusal Unavailable(string message) => new(UploadRefusalKind.Unavailable, message);

    /// <summary>What a decider refused.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No upload refuses so.</exception>
    public static UploadRefusal From(Refusal refusal) => refusal switch
    {
        Refusal.VaultNotFound r => new(
            UploadRefusalKind.VaultNotFound, $"There is no vault {r.Vault}. Create it first."),
        Refusal.UploadNotFound => new(
            UploadRefusalKind.UploadNotFound,
            "There is no such upload in this vault, or it was aborted, has expired or is complete. Ask for its summary."),
        Refusal.UploadKeptByGateway => new(
            UploadRefusalKind.KeptByGateway,
            "The bytes of this upload come in through the gateway. Send the part there, or open an upload with custody elsewhere."),
        Refusal.RangeNotAligned r => new(
            UploadRefusalKind.PartOutOfPlace, $"Part {r.Range} does not begin at a multiple of the part size, {r.PartSize} bytes."),
        Refusal.PartTooLarge r => new(
            UploadRefusalKind.PartOutOfPlace, $"Part {r.Range} is longer than the part size, {r.PartSize} bytes."),
        Refusal.TooManyParts r => new(
            UploadRefusalKind.PartOutOfPlace,
            $"Part {r.Range} lies beyond the last of {r.Limit} parts of {r.PartSize} bytes. Open an upload with larger parts."),
        Refusal.NoParts => new(
            UploadRefusalKind.Incomplete, "No part was reported yet. Report all parts before you complete the upload."),
        Refusal.PartMissing r => new(
            UploadRefusalKind.Incomplete, $"The bytes {r.FirstGap} were never reported. Report them and complete again."),
        Refusal.PartTooShort r => new(
            UploadRefusalKind.Incomplete,
            $"Part {r.Range} is not the last one, and shorter than the part size, {r.PartSize} bytes. Report it whole."),
        Refusal.SizeDiffers r => new(
            UploadRefusalKind.Differs,
            $"The stated size is {r.StatedBytes} bytes, and the parts make up {r.UploadedBytes}. List the parts and compare."),
        Refusal.TreeHashDiffers r => new(
            UploadRefusalKind.Differs,
            $"The stated tree hash is {r.Stated}, and the parts' hashes make up {r.Computed}. List the parts and compare."),
        Refusal.CompletedOtherwise r => new(
            UploadRefusalKind.CompletedOtherwise,
            $"The upload was completed as archive {r.Archive} of {r.SizeBytes} bytes with tree hash {r.TreeHash}."),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No upload refuses so."),
    };
}
