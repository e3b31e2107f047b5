using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core;

/// <summary>Why a command was not carried out: a closed set of facts. A refused command has changed nothing.</summary>
/// <remarks>No protocol's codes stand here; each front maps every case to its own code, status and message.</remarks>
public abstract record Refusal
{
    private Refusal()
    {
    }

    /// <summary>The account has no such vault.</summary>
    public sealed record VaultNotFound(VaultId Vault) : Refusal;

    /// <summary>The vault still has archives or uploads in progress, so it cannot be deleted.</summary>
    public sealed record VaultNotEmpty(VaultId Vault, long Archives, int OpenUploads) : Refusal;

    /// <summary>The vault is empty, but its last inventory does not say so yet, so it cannot be deleted.</summary>
    public sealed record VaultRecentlyWrittenTo(VaultId Vault, DateTimeOffset NextInventoryAt) : Refusal;

    /// <summary>No inventory of the vault has been taken yet.</summary>
    public sealed record InventoryNotTaken(VaultId Vault) : Refusal;

    /// <summary>The account has as many vaults as it may have.</summary>
    public sealed record TooManyVaults(AccountId Account, int Limit) : Refusal;

    /// <summary>With these tags the vault would have more than it may have.</summary>
    public sealed record TooManyTags(VaultId Vault, int Limit) : Refusal;

    /// <summary>The vault has no access policy.</summary>
    public sealed record AccessPolicyNotFound(VaultId Vault) : Refusal;

    /// <summary>The vault has no lock, or the time of the one in progress has run out.</summary>
    public sealed record LockNotFound(VaultId Vault) : Refusal;

    /// <summary>Another lock of the vault is in progress; abort it first, or let its time run out.</summary>
    public sealed record LockInProgress(VaultId Vault, DateTimeOffset ExpiresAt) : Refusal;

    /// <summary>The lock in progress has another ID.</summary>
    public sealed record LockIdDiffers(VaultId Vault) : Refusal;

    /// <summary>The vault is locked for ever, so its lock can be neither replaced nor aborted.</summary>
    public sealed record VaultLocked(VaultId Vault) : Refusal;

    /// <summary>The vault tells nobody of the end of its jobs.</summary>
    public sealed record NotificationsNotSet(VaultId Vault) : Refusal;

    /// <summary>There is no such upload in this vault, or it was aborted, has expired or is complete.</summary>
    public sealed record UploadNotFound : Refusal;

    /// <summary>The upload takes no bytes: whoever opened it keeps them elsewhere, and reports where they are.</summary>
    public sealed record UploadKeptElsewhere : Refusal;

    /// <summary>The upload takes no locations: the bytes of its parts come in through the gateway.</summary>
    public sealed record UploadKeptByGateway : Refusal;

    /// <summary>The first byte of a part is no multiple of the part size.</summary>
    public sealed record RangeNotAligned(PartRange Range, PartSize PartSize) : Refusal;

    /// <summary>A part is longer than the part size.</summary>
    public sealed record PartTooLarge(PartRange Range, PartSize PartSize) : Refusal;

    /// <summary>A part lies beyond the last slot that an upload may have.</summary>
    public sealed record TooManyParts(PartRange Range, PartSize PartSize, int Limit) : Refusal;

    /// <summary>Fewer or more bytes came than the caller had announced.</summary>
    public sealed record LengthDiffers(long StatedBytes, long ReceivedBytes) : Refusal;

    /// <summary>The bytes that came do not have the linear hash that the caller signed.</summary>
    public sealed record LinearHashDiffers(LinearHash Stated, LinearHash Computed) : Refusal;

    /// <summary>The bytes of this attempt were given up as abandoned before they were reported; send them again.</summary>
    public sealed record AttemptCollected(PartRange Range) : Refusal;

    /// <summary>An upload without any part cannot be completed.</summary>
    public sealed record NoParts : Refusal;

    /// <summary>Bytes in the middle of the archive were never uploaded.</summary>
    public sealed record PartMissing(PartRange FirstGap) : Refusal;

    /// <summary>A part that is not the last one is shorter than the part size.</summary>
    public sealed record PartTooShort(PartRange Range, PartSize PartSize) : Refusal;

    /// <summary>The parts' sizes do not add up to the size that the caller stated.</summary>
    public sealed record SizeDiffers(long StatedBytes, long UploadedBytes) : Refusal;

    /// <summary>The bytes of a part, or the folded hashes of all parts, do not have the tree hash that the caller stated.</summary>
    public sealed record TreeHashDiffers(TreeHash Stated, TreeHash Computed) : Refusal;

    /// <summary>The upload is complete already, with another size or tree hash than the caller states now.</summary>
    public sealed record CompletedOtherwise(ArchiveId Archive, long SizeBytes, TreeHash TreeHash) : Refusal;

    /// <summary>There is no such archive in this vault.</summary>
    public sealed record ArchiveNotFound(ArchiveId Archive) : Refusal;

    /// <summary>There are no bytes of this archive to retrieve: whoever uploaded it keeps them elsewhere.</summary>
    public sealed record ArchiveKeptElsewhere(ArchiveId Archive) : Refusal;

    /// <summary>With this retrieval the account would have asked for more bytes in an hour than its policy allows.</summary>
    public sealed record RetrievalNotAdmitted(long LimitBytesPerHour, long UsedBytes, long WantedBytes) : Refusal;

    /// <summary>The account has as many units of provisioned capacity as it may have.</summary>
    public sealed record TooManyCapacityUnits(int Limit, DateTimeOffset NextExpiresAt) : Refusal;

    /// <summary>There is no such job in this vault, or its output has expired.</summary>
    public sealed record JobNotFound(JobId Job) : Refusal;

    /// <summary>A retrieval range is not aligned to 1 MiB, or not inside the archive.</summary>
    public sealed record RetrievalRangeInvalid(PartRange Range, long ArchiveSizeBytes) : Refusal;

    /// <summary>The job has not finished yet.</summary>
    public sealed record JobNotReady(JobId Job, DateTimeOffset ReadyAt) : Refusal;
}
