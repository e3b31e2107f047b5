using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Maps error messages to cases of <see cref="Refusal"/>, by a phrase that only one message contains.</summary>
internal static class RefusalPhrases
{
    /// <summary>Refusals that the fuzzer cannot provoke over HTTP. Locations come only from other systems; Kestrel enforces the
    /// length of a body; an attempt is collected only after days; 10,000 uploads or jobs take too long; only the collector gets
    /// <see cref="Refusal.CollectionHeld"/>; and the gateway looks up stale facts again, so that a client sees them only in a
    /// race.</summary>
    public static IReadOnlyList<string> Unreachable { get; } =
    [
        nameof(Refusal.UploadStoredByGateway), nameof(Refusal.LengthDiffers), nameof(Refusal.AttemptCollected),
        nameof(Refusal.TooManyUploads), nameof(Refusal.TooManyJobs), nameof(Refusal.CollectionHeld), nameof(Refusal.PartLost),
        nameof(Refusal.ClockNotTrusted), nameof(Refusal.VerdictStale), nameof(Refusal.LookupStale),
    ];

    /// <summary>Each reachable case, with a phrase of its message.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        [nameof(Refusal.VaultNotFound)] = "Vault not found for ARN: ",
        [nameof(Refusal.VaultNotEmpty)] = "Delete its archives first",
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

    /// <summary>The name of the refusal behind an error, or null if the error does not come from a refusal.</summary>
    public static string? Find(ApiAnswer error) => error.Status < 400
        ? null
        : All.FirstOrDefault(known => error.Message.Contains(known.Value, StringComparison.Ordinal)).Key;
}
