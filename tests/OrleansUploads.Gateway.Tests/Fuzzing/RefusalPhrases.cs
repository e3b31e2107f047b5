using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Which case of <see cref="Refusal"/> an error tells, by what only its message says.</summary>
internal static class RefusalPhrases
{
    /// <summary>What cannot be provoked over HTTP with a clock that stands still: locations come from other systems only, the
    /// web server holds a body to its length, an attempt is given up only when days have passed, and ten thousand uploads or jobs
    /// are not worth the time. Only the collector is told that bytes are held back. Stale facts are looked up again by the gateway,
    /// and a request meets them only where it is held up between the two.</summary>
    public static IReadOnlyList<string> OutOfReach { get; } =
    [
        nameof(Refusal.UploadStoredByGateway), nameof(Refusal.LengthDiffers), nameof(Refusal.AttemptCollected),
        nameof(Refusal.TooManyUploads), nameof(Refusal.TooManyJobs), nameof(Refusal.CollectionHeld), nameof(Refusal.PartLost),
        nameof(Refusal.ClockNotTrusted), nameof(Refusal.VerdictStale), nameof(Refusal.LookupStale),
    ];

    /// <summary>Each case in reach, and words of its message.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        [nameof(Refusal.VaultNotFound)] = "Vault not found for ARN: ",
        [nameof(Refusal.VaultNotEmpty)] = "uploads in progress; delete the archives",
        [nameof(Refusal.VaultRecentlyWrittenTo)] = "It is empty, but its last inventory",
        [nameof(Refusal.InventoryNotTaken)] = "No inventory has been taken yet",
        [nameof(Refusal.TooManyVaults)] = "vaults, the maximum for an account",
        [nameof(Refusal.TooManyTags)] = "tags, the maximum for a vault",
        [nameof(Refusal.AccessPolicyNotFound)] = "No access policy is set",
        [nameof(Refusal.LockNotFound)] = "No lock is in progress or complete",
        [nameof(Refusal.LockInProgress)] = "is in progress until",
        [nameof(Refusal.LockIdDiffers)] = "Invalid lock ID: ",
        [nameof(Refusal.VaultLocked)] = "The vault is locked permanently",
        [nameof(Refusal.NotificationsNotSet)] = "No notification configuration is set",
        [nameof(Refusal.UploadNotFound)] = "The upload ID was not found: ",
        [nameof(Refusal.UploadStoredExternally)] = "does not accept bytes here",
        [nameof(Refusal.RangeNotAligned)] = "The first byte must be a multiple",
        [nameof(Refusal.PartTooLarge)] = ", and the part size is ",
        [nameof(Refusal.TooManyParts)] = "An upload has at most 10000 parts",
        [nameof(Refusal.LinearHashDiffers)] = "does not match the computed payload hash",
        [nameof(Refusal.TreeHashDiffers)] = "Checksum mismatch: expected ",
        [nameof(Refusal.NoParts)] = "The upload has no parts",
        [nameof(Refusal.PartMissing)] = "were never uploaded",
        [nameof(Refusal.PartTooShort)] = "every part except the last must have the part size",
        [nameof(Refusal.SizeDiffers)] = "The uploaded parts add up to",
        [nameof(Refusal.CompletionMismatch)] = "The upload is already complete",
        [nameof(Refusal.ArchiveNotFound)] = "The archive ID was not found: ",
        [nameof(Refusal.ArchiveStoredExternally)] = "cannot be retrieved here",
        [nameof(Refusal.RetrievalNotAdmitted)] = "denied by current data retrieval policy",
        [nameof(Refusal.TooManyCapacityUnits)] = "units of provisioned capacity, the maximum",
        [nameof(Refusal.JobNotFound)] = "The job ID was not found: ",
        [nameof(Refusal.RetrievalRangeInvalid)] = "It must begin at a multiple of 1048576 and",
        [nameof(Refusal.JobNotReady)] = "not currently available for download",
    };

    /// <summary>The case that an error tells; null where the front itself found the error.</summary>
    public static string? Find(ApiAnswer error) => error.Status < 400
        ? null
        : All.FirstOrDefault(known => error.Message.Contains(known.Value, StringComparison.Ordinal)).Key;
}
