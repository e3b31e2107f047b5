using System.Diagnostics;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The code, status and message of each refusal in the vault API. docs/errors.md has the same table; a test compares the
/// two.</summary>
internal static class GlacierRefusals
{
    /// <summary>Describes a refusal in the words of the vault API.</summary>
    /// <param name="id">In the request's path, or empty if it has none.</param>
    public static GlacierError Describe(Refusal refusal, string region, string id) => refusal switch
    {
        Refusal.VaultNotFound r => GlacierError.VaultNotFound(VaultArn.Format(region, r.Vault)),
        Refusal.VaultNotEmpty r => GlacierError.Invalid(
            $"Vault not empty or recently written to: {VaultArn.Format(region, r.Vault)}. It holds {Count(r.Archives, "archive")}. "
            + "Delete its archives first."),
        Refusal.TooManyVaults r => GlacierError.LimitExceeded(
            $"Account {r.Account} has {r.Limit} vaults, the maximum for an account. Delete a vault first."),
        Refusal.TooManyTags r => GlacierError.LimitExceeded(
            $"With these tags {VaultArn.Format(region, r.Vault)} would have more than {r.Limit} tags, the maximum for a vault. "
            + "No tag was added; remove some tags first."),
        Refusal.TooManyJobs r => GlacierError.LimitExceeded(
            $"The vault has {r.Limit} {(r.OfInventories ? "inventory jobs" : "jobs")}, the maximum for a vault. A job exists until its "
            + $"output expires; the next one expires at {GlacierDate.Format(r.NextExpiresAt)}."),
        Refusal.AccessPolicyNotFound r => GlacierError.NotFound(
            $"No access policy is set for the vault: {VaultArn.Format(region, r.Vault)}"),
        Refusal.LockNotFound r => GlacierError.NotFound(
            $"No lock is in progress or complete for the vault: {VaultArn.Format(region, r.Vault)}. A lock in progress "
            + $"expires after {Limits.LockWindow.TotalHours} hours."),
        Refusal.LockInProgress r => GlacierError.AccessDenied(
            $"A lock of {VaultArn.Format(region, r.Vault)} is in progress until {GlacierDate.Format(r.ExpiresAt)}. Complete it, or "
            + "abort it before initiating another."),
        Refusal.LockIdDiffers r => GlacierError.Invalid(
            $"Invalid lock ID: {id}. It is not the ID of the lock in progress of {VaultArn.Format(region, r.Vault)}."),
        Refusal.VaultLocked r => GlacierError.AccessDenied(
            $"The vault is locked permanently, so its lock cannot be replaced or aborted: {VaultArn.Format(region, r.Vault)}"),
        Refusal.NotificationsNotSet r => GlacierError.NotFound(
            $"No notification configuration is set for vault: {VaultArn.Format(region, r.Vault)}"),
        Refusal.UploadNotFound => GlacierError.UploadNotFound(id),
        Refusal.CreateKeyInUse r => GlacierError.Invalid(CreateKey.Describe(r)),
        Refusal.UploadStoredExternally => GlacierError.Invalid(
            $"The upload {id} does not accept bytes here: another system stores them. Upload the part to the system that initiated "
            + "the upload."),
        Refusal.UploadStoredByGateway => GlacierError.Invalid(
            $"The upload {id} does not accept locations: this server stores the bytes of its parts. Upload the part itself."),
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
            $"Invalid Content-Length: {r.StatedBytes} bytes were announced and {r.ReceivedBytes} arrived. Send the body again."),
        Refusal.LinearHashDiffers r => GlacierError.PayloadHashDiffers(r.Computed.ToString(), r.Stated.ToString()),
        Refusal.AttemptCollected r => GlacierError.Timeout(
            $"Request timed out. The bytes of {Header(r.Range)} could not be recorded in time; send the part again."),
        Refusal.AttemptOfOtherPart r => GlacierError.Invalid(
            $"Invalid attempt: {r.Attempt}. It was granted for part number {r.Number} of the upload, counted from 1."),
        Refusal.AttemptNotAsReported r => GlacierError.Invalid(
            $"Invalid attempt: {r.Attempt}. The part store does not have it as reported: {r.Fault}. Write the part again under another grant."),
        Refusal.WritesNotGranted => GlacierError.Invalid(
            "The part store of this server does not grant writes. Upload the part to this server."),
        Refusal.CollectionHeld => GlacierError.Unavailable(
            "No bytes are collected at the moment: the clock is not trusted, or a backup is in progress."),
        Refusal.NoParts => GlacierError.Invalid(
            "The upload has no parts. Upload at least one before completing it."),
        Refusal.PartMissing r => GlacierError.Invalid(
            $"The upload is not complete: the bytes {r.FirstGap} were never uploaded. Upload them, then complete again."),
        Refusal.PartLost r => GlacierError.Invalid(
            $"The upload is not complete: the server has lost bytes of the part {r.Range}. Upload it again, then complete "
            + "again."),
        Refusal.PartTooShort r => GlacierError.Invalid(
            $"The part {r.Range} has {r.Range.LengthBytes} bytes, but every part except the last must have the part size, "
            + $"{r.PartSize.Bytes} bytes. Upload it again in full, then complete again."),
        Refusal.SizeDiffers r => GlacierError.Invalid(
            $"Invalid x-amz-archive-size: {r.StatedBytes}. The uploaded parts add up to {r.UploadedBytes} bytes."),
        Refusal.TreeHashDiffers r => GlacierError.Invalid(
            $"Checksum mismatch: expected {r.Stated}, computed {r.Computed}. {RemedyOf(r)}"),
        Refusal.CompletionMismatch r => GlacierError.Invalid(
            $"The upload is already complete: it became the archive {r.Archive} of {r.SizeBytes} bytes with the tree hash "
            + $"{r.TreeHash}."),
        Refusal.ArchiveNotFound r => GlacierError.ArchiveNotFound(r.Archive.ToString()),
        Refusal.VerdictStale => GlacierError.Unavailable(
            "Nothing was deleted: the vault's policies changed each time the request was checked against them. Try again."),
        Refusal.ClockNotTrusted => GlacierError.Unavailable(
            "Nothing was deleted: a policy of the vault depends on the time or on the age of archives, and the server's clock "
            + "cannot be trusted. Tell the server's operator; the health report says what is wrong with the clock."),
        Refusal.LookupStale => GlacierError.Unavailable(
            "The job was not started: so many archives are being deleted that the server cannot tell whether this one still "
            + "exists. Try again."),
        Refusal.InventoryStale => GlacierError.Unavailable(
            "The job was not started: the server took the inventory too long ago, because it was busy or stopped. Try again."),
        Refusal.ArchiveStoredExternally r => GlacierError.Invalid(
            $"The bytes of the archive {r.Archive} are stored by the system that uploaded it and cannot be retrieved here. "
            + "Get its manifest from that system; it says where they are."),
        Refusal.RetrievalNotAdmitted r => new(
            StatusCodes.Status400BadRequest,
            ErrorCode.PolicyEnforced,
            "InitiateJob request denied by current data retrieval policy. It allows "
            + $"{r.LimitBytesPerHour} bytes per hour; {r.UsedBytes} bytes were requested in the last hour, and this job requests "
            + $"{r.WantedBytes}. Wait, request a range, use another tier, or change the policy."),
        Refusal.TooManyCapacityUnits r => GlacierError.LimitExceeded(
            $"The account has {r.Limit} units of provisioned capacity, the maximum for an account. The next "
            + $"one expires at {GlacierDate.Format(r.NextExpiresAt)}."),
        Refusal.JobNotFound r => GlacierError.JobNotFound(r.Job.ToString()),
        Refusal.RetrievalRangeInvalid r => GlacierError.Invalid(
            $"Invalid RetrievalByteRange: {r.Range}. It must begin at a multiple of 1048576 and end just before one, or with "
            + $"the archive's last byte, {r.ArchiveSizeBytes - 1}."),
        Refusal.JobNotReady r => GlacierError.Invalid(
            $"The job is not currently available for download: {r.Job}. Its output is available at {GlacierDate.Format(r.ReadyAt)} at the earliest."),
        _ => throw new UnreachableException($"{refusal.GetType().Name} has no description."),
    };

    private static string RemedyOf(Refusal.TreeHashDiffers differs) =>
        differs.StatesLinearHash() ? "The stated hash is the SHA-256 of the whole body; state its tree hash. 'orleans-uploads treehash FILE' prints it."
        : differs.StatesEmptyHash() ? "The stated hash is the hash of zero bytes; compute it from the bytes that are sent."
        : "Send the bytes again, or correct the hash.";

    private static string Count(long count, string one) => $"{count} {one}{(count == 1 ? "" : "s")}";

    private static string Header(PartRange range) => $"bytes {range}/*";
}
