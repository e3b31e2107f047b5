using OrleansUploads.Core;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Which case of <see cref="Refusal"/> an error tells, by what only its message says.</summary>
internal static class RefusalPhrases
{
    /// <summary>What cannot be provoked over HTTP with a clock that stands still: locations come from other systems only, the
    /// web server holds a body to its length, and an attempt is given up only when days have passed.</summary>
    public static IReadOnlyList<string> OutOfReach { get; } =
    [
        nameof(Refusal.UploadKeptByGateway), nameof(Refusal.LengthDiffers), nameof(Refusal.AttemptCollected),
    ];

    /// <summary>Each case in reach, and words of its message.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        [nameof(Refusal.VaultNotFound)] = "Vault not found for ARN: ",
        [nameof(Refusal.VaultNotEmpty)] = "uploads in progress; delete the archives",
        [nameof(Refusal.VaultRecentlyWrittenTo)] = "It is empty, but its last inventory",
        [nameof(Refusal.InventoryNotTaken)] = "No inventory has been taken yet",
        [nameof(Refusal.TooManyVaults)] = "vaults, which is the most that an account may have",
        [nameof(Refusal.TooManyTags)] = "which is the most that a vault may have",
        [nameof(Refusal.AccessPolicyNotFound)] = "No access policy is set",
        [nameof(Refusal.LockNotFound)] = "No lock is in progress or complete",
        [nameof(Refusal.LockInProgress)] = "is in progress until",
        [nameof(Refusal.LockIdDiffers)] = "Invalid lock ID: ",
        [nameof(Refusal.VaultLocked)] = "The vault is locked for ever",
        [nameof(Refusal.NotificationsNotSet)] = "No notification configuration is set",
        [nameof(Refusal.UploadNotFound)] = "The upload ID was not found: ",
        [nameof(Refusal.UploadKeptElsewhere)] = "takes no bytes here",
        [nameof(Refusal.RangeNotAligned)] = "The first byte must be a multiple",
        [nameof(Refusal.PartTooLarge)] = ", and the part size is ",
        [nameof(Refusal.TooManyParts)] = "An upload has at most 10000 parts",
        [nameof(Refusal.LinearHashDiffers)] = "does not match the computed payload hash",
        [nameof(Refusal.TreeHashDiffers)] = "Checksum mismatch: expected ",
        [nameof(Refusal.NoParts)] = "The upload has no parts",
        [nameof(Refusal.PartMissing)] = "were never uploaded",
        [nameof(Refusal.PartTooShort)] = "every part but the last must have the part size",
        [nameof(Refusal.SizeDiffers)] = "The uploaded parts add up to",
        [nameof(Refusal.CompletedOtherwise)] = "The upload is complete already",
        [nameof(Refusal.ArchiveNotFound)] = "The archive ID was not found: ",
        [nameof(Refusal.ArchiveKeptElsewhere)] = "cannot be retrieved here",
        [nameof(Refusal.RetrievalNotAdmitted)] = "denied by current data retrieval policy",
        [nameof(Refusal.TooManyCapacityUnits)] = "units of provisioned capacity, which is the most",
        [nameof(Refusal.JobNotFound)] = "The job ID was not found: ",
        [nameof(Refusal.RetrievalRangeInvalid)] = "It must begin at a multiple of 1048576 bytes",
        [nameof(Refusal.JobNotReady)] = "not currently available for download",
    };

    /// <summary>The case that an error tells; null where the front itself found the error.</summary>
    public static string? Find(ApiAnswer error) => error.Status < 400
        ? null
        : All.FirstOrDefault(known => error.Message.Contains(known.Value, StringComparison.Ordinal)).Key;
}
