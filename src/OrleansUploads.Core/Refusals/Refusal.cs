namespace OrleansUploads.Core.Refusals;

/// <summary>Why a command was refused. The set of refusals is closed. A refused command has changed nothing.</summary>
/// <remarks>Refusals are independent of any protocol. Each protocol front maps every case to its own code, status and
/// message.</remarks>
public abstract record Refusal : IRefusal
{
    private protected Refusal()
    {
    }

    [Named("refused-vault-not-found.1")]
    public sealed record VaultNotFound(VaultId Vault) : Refusal;

    /// <summary>The vault still has archives, so it cannot be deleted. Its uploads in progress do not prevent it.</summary>
    [Named("refused-vault-not-empty.1")]
    public sealed record VaultNotEmpty(VaultId Vault, long Archives) : Refusal;

    [Named("refused-too-many-vaults.1")]
    public sealed record TooManyVaults(AccountId Account, int Limit) : Refusal;

    /// <summary>The vault has reached its maximum number of jobs.</summary>
    /// <param name="OfInventories">Whether the limit applies to inventory jobs only.</param>
    /// <param name="NextExpiresAt">When the next of these jobs expires.</param>
    [Named("refused-too-many-jobs.1")]
    public sealed record TooManyJobs(int Limit, bool OfInventories, DateTimeOffset NextExpiresAt) : Refusal;

    [Named("refused-too-many-tags.1")]
    public sealed record TooManyTags(VaultId Vault, int Limit) : Refusal;

    [Named("refused-access-policy-not-found.1")]
    public sealed record AccessPolicyNotFound(VaultId Vault) : Refusal;

    /// <summary>The vault has no lock, or the lock in progress has expired.</summary>
    [Named("refused-lock-not-found.1")]
    public sealed record LockNotFound(VaultId Vault) : Refusal;

    /// <summary>Another lock of the vault is in progress. Abort it or wait until it expires.</summary>
    [Named("refused-lock-in-progress.1")]
    public sealed record LockInProgress(VaultId Vault, DateTimeOffset ExpiresAt) : Refusal;

    [Named("refused-lock-id-differs.1")]
    public sealed record LockIdDiffers(VaultId Vault) : Refusal;

    /// <summary>The vault is permanently locked, so its lock can be neither replaced nor aborted.</summary>
    [Named("refused-vault-locked.1")]
    public sealed record VaultLocked(VaultId Vault) : Refusal;

    [Named("refused-notifications-not-set.1")]
    public sealed record NotificationsNotSet(VaultId Vault) : Refusal;

    /// <summary>The vault has no such upload, or the upload was aborted, has expired, or is complete.</summary>
    [Named("refused-upload-not-found.1")]
    public sealed record UploadNotFound : Refusal;

    /// <summary>The key of a repeatable initiation belongs to an upload that this request does not initiate again.</summary>
    /// <param name="HasEnded">Whether it was aborted or has expired. If not, it has other properties.</param>
    [Named("refused-create-key-in-use.1")]
    public sealed record CreateKeyInUse(UploadId Upload, bool HasEnded) : Refusal;

    /// <summary>The upload accepts no bytes. Its bytes are stored externally, and the client reports their locations.</summary>
    [Named("refused-upload-stored-externally.1")]
    public sealed record UploadStoredExternally : Refusal;

    /// <summary>The upload accepts no external locations. The bytes of its parts are uploaded through the gateway.</summary>
    [Named("refused-upload-stored-by-gateway.1")]
    public sealed record UploadStoredByGateway : Refusal;

    /// <summary>The offset of a part's first byte is not a multiple of the part size.</summary>
    [Named("refused-range-not-aligned.1")]
    public sealed record RangeNotAligned(PartRange Range, PartSize PartSize) : Refusal;

    [Named("refused-part-too-large.1")]
    public sealed record PartTooLarge(PartRange Range, PartSize PartSize) : Refusal;

    [Named("refused-too-many-parts.1")]
    public sealed record TooManyParts(PartRange Range, PartSize PartSize, int Limit) : Refusal;

    [Named("refused-length-differs.1")]
    public sealed record LengthDiffers(long StatedBytes, long ReceivedBytes) : Refusal;

    /// <summary>The received bytes do not have the SHA-256 that the caller signed.</summary>
    [Named("refused-linear-hash-differs.1")]
    public sealed record LinearHashDiffers(LinearHash Stated, LinearHash Computed) : Refusal;

    /// <summary>The bytes of this attempt may have been collected as abandoned before the attempt was reported. Send them
    /// again.</summary>
    [Named("refused-attempt-collected.1")]
    public sealed record AttemptCollected(PartRange Range) : Refusal;

    /// <summary>The attempt was granted for another part of the upload.</summary>
    /// <param name="Attempt">The attempt in the report.</param>
    /// <param name="Number">The number of the part that it was granted for.</param>
    [Named("refused-attempt-of-other-part.1")]
    public sealed record AttemptOfOtherPart(AttemptId Attempt, int Number) : Refusal;

    /// <summary>The part store does not have the attempt as it was reported.</summary>
    /// <param name="Attempt">The attempt in the report.</param>
    /// <param name="Fault">What is wrong with it.</param>
    [Named("refused-attempt-not-as-reported.1")]
    public sealed record AttemptNotAsReported(AttemptId Attempt, string Fault) : Refusal;

    /// <summary>The part store cannot grant writes, because it would let a second write replace the first, or cannot sign them.</summary>
    [Named("refused-writes-not-granted.1")]
    public sealed record WritesNotGranted : Refusal;

    [Named("refused-no-parts.1")]
    public sealed record NoParts : Refusal;

    /// <summary>A range before the archive's end was never uploaded.</summary>
    [Named("refused-part-missing.1")]
    public sealed record PartMissing(PartRange FirstGap) : Refusal;

    /// <summary>A part was stored, but some or all of its bytes have since been lost.</summary>
    [Named("refused-part-lost.1")]
    public sealed record PartLost(PartRange Range) : Refusal;

    /// <summary>A part that is not the last one is shorter than the part size.</summary>
    [Named("refused-part-too-short.1")]
    public sealed record PartTooShort(PartRange Range, PartSize PartSize) : Refusal;

    /// <summary>The sum of the parts' sizes differs from the stated size.</summary>
    [Named("refused-size-differs.1")]
    public sealed record SizeDiffers(long StatedBytes, long UploadedBytes) : Refusal;

    /// <summary>The tree hash of a part, or of the whole archive, differs from the stated one.</summary>
    /// <param name="Linear">The SHA-256 of all bytes, if it was computed, too. Clients that do not know tree hashes state it.</param>
    [Named("refused-tree-hash-differs.1")]
    public sealed record TreeHashDiffers(TreeHash Stated, TreeHash Computed, LinearHash? Linear = null) : Refusal
    {
        public bool StatesLinearHash() => Linear is { } linear && linear.Digest == Stated.Digest;

        public bool StatesEmptyHash() => Stated == TreeHasher.Empty;
    }

    /// <summary>The upload was already completed with a different size or tree hash.</summary>
    [Named("refused-completion-mismatch.1")]
    public sealed record CompletionMismatch(ArchiveId Archive, long SizeBytes, TreeHash TreeHash) : Refusal;

    [Named("refused-archive-not-found.1")]
    public sealed record ArchiveNotFound(ArchiveId Archive) : Refusal;

    /// <summary>The permission to delete the archive was based on outdated facts, or was not sent. Evaluate the policies
    /// again as of <paramref name="AsOf"/>.</summary>
    /// <param name="AsOf">The current time of the shard that refuses.</param>
    /// <param name="Recorded">For the next verdict: the version of the shard's totals that the vault has recorded, as far as
    /// it matters for the archive.</param>
    [Named("refused-verdict-stale.1")]
    public sealed record VerdictStale(ArchiveId Archive, DateTimeOffset AsOf, long Recorded) : Refusal;

    /// <summary>A policy of the vault depends on the time and the server's clock is not trusted, so the archive cannot be
    /// deleted.</summary>
    [Named("refused-clock-not-trusted.1")]
    public sealed record ClockNotTrusted(ArchiveId Archive) : Refusal;

    /// <summary>Too many archives were deleted after this one was looked up, so it may no longer exist. Look it up
    /// again.</summary>
    [Named("refused-lookup-stale.1")]
    public sealed record LookupStale(ArchiveId Archive) : Refusal;

    /// <summary>The vault was asked so long ago that archives of the inventory may be forgotten before its job expires. Take another
    /// inventory.</summary>
    [Named("refused-inventory-stale.1")]
    public sealed record InventoryStale : Refusal;

    /// <summary>The archive cannot be retrieved, because its bytes are stored externally.</summary>
    [Named("refused-archive-stored-externally.1")]
    public sealed record ArchiveStoredExternally(ArchiveId Archive) : Refusal;

    /// <summary>The retrieval would exceed the bytes per hour that the account's data retrieval policy allows.</summary>
    [Named("refused-retrieval-not-admitted.1")]
    public sealed record RetrievalNotAdmitted(long LimitBytesPerHour, long UsedBytes, long WantedBytes) : Refusal;

    /// <summary>The account has reached its maximum number of units of provisioned capacity.</summary>
    [Named("refused-too-many-capacity-units.1")]
    public sealed record TooManyCapacityUnits(int Limit, DateTimeOffset NextExpiresAt) : Refusal;

    /// <summary>The vault has no such job, or the job's output has expired.</summary>
    [Named("refused-job-not-found.1")]
    public sealed record JobNotFound(JobId Job) : Refusal;

    [Named("refused-retrieval-range-invalid.1")]
    public sealed record RetrievalRangeInvalid(PartRange Range, long ArchiveSizeBytes) : Refusal;

    [Named("refused-job-not-ready.1")]
    public sealed record JobNotReady(JobId Job, DateTimeOffset ReadyAt) : Refusal;

    /// <summary>No bytes may be collected now, because the clock is not trusted or a backup is in progress.</summary>
    [Named("refused-collection-held.1")]
    public sealed record CollectionHeld : Refusal;
}
