using System.Diagnostics;
using OrleansUploads.Core;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Gateway.Glacier.Errors;

/// <summary>How the protocol tells each <see cref="Refusal"/>: every case has its code, status and message here. The table
/// in docs/errors.md says the same; a test compares the two.</summary>
internal static class RefusalErrors
{
    /// <summary>The error of a refusal.</summary>
    /// <param name="refusal">Why a command was not carried out.</param>
    /// <param name="region">For the names of vaults.</param>
    /// <param name="id">The ID in the request's path; empty where it has none.</param>
    public static GlacierError Describe(Refusal refusal, string region, string id) => refusal switch
    {
        Refusal.VaultNotFound r => GlacierError.VaultNotFound(VaultArn.Format(region, r.Vault)),
        Refusal.VaultNotEmpty r => GlacierError.Invalid(
            $"Vault not empty or recently written to: {VaultArn.Format(region, r.Vault)}. It holds {r.Archives} archives and "
            + $"{r.OpenUploads} uploads in progress; delete the archives and abort or complete the uploads first."),
        Refusal.VaultRecentlyWrittenTo r => GlacierError.Invalid(
            $"Vault not empty or recently written to: {VaultArn.Format(region, r.Vault)}. It is empty, but its last "
            + "inventory does not say so; "
            + $"the next one is taken at {GlacierDate.Format(r.NextInventoryAt)}."),
        Refusal.InventoryNotTaken r => GlacierError.NotFound(
            $"No inventory has been taken yet of the vault: {VaultArn.Format(region, r.Vault)}. The first one is taken "
            + "within a day after the first archive."),
        Refusal.TooManyVaults r => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.LimitExceeded,
            $"Account {r.Account} has {r.Limit} vaults, which is the most that an account may have. Delete one first."),
        Refusal.TooManyTags r => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.LimitExceeded,
            $"With these tags {VaultArn.Format(region, r.Vault)} would have more than {r.Limit}, which is the most that a vault "
            + "may have. Nothing was added; remove some first."),
        Refusal.AccessPolicyNotFound r => GlacierError.NotFound(
            $"No access policy is set for the vault: {VaultArn.Format(region, r.Vault)}"),
        Refusal.LockNotFound r => GlacierError.NotFound(
            $"No lock is in progress or complete for the vault: {VaultArn.Format(region, r.Vault)}. One in progress is gone "
            + $"after {Limits.LockWindow.TotalHours} hours."),
        Refusal.LockInProgress r => GlacierError.AccessDenied(
            $"A lock of {VaultArn.Format(region, r.Vault)} is in progress until {GlacierDate.Format(r.ExpiresAt)}. Complete it, or "
            + "abort it before initiating another."),
        Refusal.LockIdDiffers r => GlacierError.Invalid(
            $"Invalid lock ID: {id}. It is not that of the lock in progress of {VaultArn.Format(region, r.Vault)}."),
        Refusal.VaultLocked r => GlacierError.AccessDenied(
            $"The vault is locked for ever, so its lock can be neither replaced nor aborted: {VaultArn.Format(region, r.Vault)}"),
        Refusal.NotificationsNotSet r => GlacierError.NotFound(
            $"No notification configuration is set for vault: {VaultArn.Format(region, r.Vault)}"),
        Refusal.UploadNotFound => GlacierError.UploadNotFound(id),
        Refusal.UploadKeptElsewhere => GlacierError.Invalid(
            $"The upload {id} takes no bytes here: they are kept by the system that opened it. Upload the part there."),
        Refusal.UploadKeptByGateway => GlacierError.Invalid(
            $"The upload {id} takes no locations: the bytes of its parts are kept here. Upload the part itself."),
        Refusal.RangeNotAligned r => GlacierError.Invalid(
            $"Invalid Content-Range: {Header(r.Range)}. The first byte must be a multiple of the part size, "
            + $"{r.PartSize.Bytes} bytes."),
        Refusal.PartTooLarge r => GlacierError.Invalid(
            $"Invalid Content-Range: {Header(r.Range)}. It has {r.Range.LengthBytes} bytes, and the part size is "
            + $"{r.PartSize.Bytes} bytes."),
        Refusal.TooManyParts r => GlacierError.Invalid(
            $"Invalid Content-Range: {Header(r.Range)}. An upload has at most {r.Limit} parts, so with a part size of "
            + $"{r.PartSize.Bytes} bytes the first byte must be below {r.Limit * r.PartSize.Bytes}."),
        Refusal.LengthDiffers r => GlacierError.Invalid(
            $"Invalid Content-Length: {r.StatedBytes} bytes were announced and {r.ReceivedBytes} came. Send the body again."),
        Refusal.LinearHashDiffers r => GlacierError.BodyNotAsSigned(r.Computed.ToString(), r.Stated.ToString()),
        Refusal.AttemptCollected r => GlacierError.Timeout(
            $"Request timed out. The bytes of {Header(r.Range)} took too long to be recorded; send the part again."),
        Refusal.NoParts => GlacierError.Invalid(
            "The upload has no parts. Upload at least one before completing it."),
        Refusal.PartMissing r => GlacierError.Invalid(
            $"The upload is not complete: the bytes {r.FirstGap} were never uploaded. Upload them, then complete again."),
        Refusal.PartTooShort r => GlacierError.Invalid(
            $"The part {r.Range} has {r.Range.LengthBytes} bytes, and every part but the last must have the part size, "
            + $"{r.PartSize.Bytes} bytes. Upload it again in full, then complete again."),
        Refusal.SizeDiffers r => GlacierError.Invalid(
            $"Invalid x-amz-archive-size: {r.StatedBytes}. The uploaded parts add up to {r.UploadedBytes} bytes."),
        Refusal.TreeHashDiffers r => GlacierError.Invalid(
            $"Checksum mismatch: expected {r.Stated}, computed {r.Computed}"),
        Refusal.CompletedOtherwise r => GlacierError.Invalid(
            $"The upload is complete already: it became the archive {r.Archive} of {r.SizeBytes} bytes with the tree hash "
            + $"{r.TreeHash}."),
        Refusal.ArchiveNotFound r => GlacierError.ArchiveNotFound(r.Archive.ToString()),
        Refusal.ArchiveKeptElsewhere r => GlacierError.Invalid(
            $"The bytes of the archive {r.Archive} are kept by the system that uploaded it, and cannot be retrieved here. "
            + "Fetch its manifest there; it says where they are."),
        Refusal.RetrievalNotAdmitted r => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.PolicyEnforced,
            "InitiateJob request denied by current data retrieval policy. It allows "
            + $"{r.LimitBytesPerHour} bytes in an hour; {r.UsedBytes} were asked for in the last hour, and this job wants "
            + $"{r.WantedBytes}. Wait, ask for a range, use another tier, or change the policy."),
        Refusal.TooManyCapacityUnits r => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.LimitExceeded,
            $"The account has {r.Limit} units of provisioned capacity, which is the most that an account may have. The "
            + $"next one expires at {GlacierDate.Format(r.NextExpiresAt)}."),
        Refusal.JobNotFound r => GlacierError.JobNotFound(r.Job.ToString()),
        Refusal.RetrievalRangeInvalid r => GlacierError.Invalid(
            $"Invalid RetrievalByteRange: {r.Range}. It must begin at a multiple of 1048576 bytes and end just before one, or "
            + $"with the archive's last byte, {r.ArchiveSizeBytes - 1}."),
        Refusal.JobNotReady r => GlacierError.Invalid(
            $"The job is not currently available for download: {r.Job}. It will be from {GlacierDate.Format(r.ReadyAt)} on."),
        _ => throw new UnreachableException($"{refusal.GetType().Name} has no error."),
    };

    private static string Header(PartRange range) => $"bytes {range}/*";
}
