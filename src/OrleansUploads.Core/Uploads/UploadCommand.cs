using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.Core.Uploads;

/// <summary>Commands of an upload.</summary>
public abstract record UploadCommand : ICommand
{
    private protected UploadCommand()
    {
    }
}

/// <summary>Initiates the upload; sent by the vault that admitted it.</summary>
public sealed record InitiateUpload(UploadSpec Spec)
    : UploadCommand, ICommand<Done>, IRequiresFreshState, IMayBeginEntity
{
    /// <inheritdoc/>
    /// <remarks>The ID of an upload is drawn for it.</remarks>
    bool IMayBeginEntity.ExpectsNewEntity => true;
}

/// <summary>Asks whether the upload would accept a part, so that an invalid part is refused before its bytes are read.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Range">The bytes of the archive that the part would hold.</param>
public sealed record CheckPart(VaultId Vault, PartRange Range) : UploadCommand, ICommand<Done>, IAsksForAdvice;

/// <summary>Reports a part whose bytes are durable in the part store.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Range">The bytes that the part holds.</param>
/// <param name="TreeHash">Tree hash of these bytes, computed while they were stored.</param>
/// <param name="Attempt">The attempt that holds them.</param>
/// <param name="Sender">Who sent them, or null if that is not known.</param>
public sealed record StorePart(VaultId Vault, PartRange Range, TreeHash TreeHash, AttemptId Attempt, Sender? Sender = null)
    : UploadCommand, ICommand<StorePartResult>;

/// <summary>Completes the upload: its parts become an archive.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="SizeBytes">The archive's size, as the caller knows it.</param>
/// <param name="TreeHash">The archive's tree hash, as the caller knows it.</param>
public sealed record CompleteUpload(VaultId Vault, long SizeBytes, TreeHash TreeHash)
    : UploadCommand, ICommand<CompletedArchive>;

/// <summary>Aborts the upload.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Sender">Who aborts it, or null if that is not known.</param>
public sealed record AbortUpload(VaultId Vault, Sender? Sender = null) : UploadCommand, ICommand<Done>;

/// <summary>Ends the upload because its vault was deleted; sent by the vault and its pages.</summary>
/// <param name="Spec">The upload. It never begins if it has not begun yet.</param>
public sealed record EndUpload(UploadSpec Spec) : UploadCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Lists the parts, in the order of their ranges.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="FirstByte">Lists only parts that start at or after this offset.</param>
/// <param name="Limit">Maximum number of parts to list; at least 1.</param>
public sealed record ListParts(VaultId Vault, long FirstByte, int Limit) : UploadCommand, ICommand<PartsPage>;

/// <summary>Asks which attempts are in use before the others are collected.</summary>
/// <param name="Before">From now on the upload refuses attempts that started before this instant.</param>
public sealed record FenceAttempts(DateTimeOffset Before) : UploadCommand, ICommand<AttemptsInUse>, IRequiresFreshState;

/// <summary>Reports that the upload's archive was deleted; sent by the vault's jobs.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="DeletedAt">The time of the deletion.</param>
/// <param name="BytesUntil">Until when jobs refer to its bytes; null from a host of an earlier version, which does not ask
/// the jobs.</param>
public sealed record ReleaseArchive(ArchiveId Archive, DateTimeOffset DeletedAt, DateTimeOffset? BytesUntil = null)
    : UploadCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that the manifest is in the part store.</summary>
public sealed record ConfirmManifestStored : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the archive is in the vault's index.</summary>
/// <param name="IsVaultGone">Whether the vault was deleted before it had recorded the archive, which therefore never existed.</param>
public sealed record ConfirmArchiveIndexed(bool IsVaultGone = false) : UploadCommand, ICommand<Done>, IVerdictConfirmation
{
    /// <inheritdoc/>
    public ICommand Carrying(object verdict) => this with { IsVaultGone = verdict is AdditionVerdict.VaultGone };
}

/// <summary>Confirms that the part store has deleted the bytes of the deleted archive.</summary>
public sealed record ConfirmBytesReclaimed : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the vault no longer lists the upload.</summary>
public sealed record ConfirmUploadClosed : UploadCommand, ICommand<Done>;

/// <summary>Confirms that a vault no longer lists an upload that it admitted although the ID was in use.</summary>
public sealed record ConfirmAdmissionClosed : UploadCommand, ICommand<Done>;

/// <summary>The result of reporting a part.</summary>
/// <param name="AttemptInUse">Whether the reported attempt is now the part. False only from a host of an earlier version,
/// which keeps the first attempt with the same bytes.</param>
public sealed record StorePartResult(bool AttemptInUse);

/// <summary>The archive that a completed upload became.</summary>
/// <param name="Archive">The archive's ID.</param>
/// <param name="Vault">The vault that contains it.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="TreeHash">Its tree hash.</param>
public sealed record CompletedArchive(ArchiveId Archive, VaultId Vault, long SizeBytes, TreeHash TreeHash);

/// <summary>One page of an upload's parts.</summary>
/// <param name="Spec">What was fixed when the upload was initiated.</param>
/// <param name="Parts">The parts, in the order of their ranges.</param>
/// <param name="NextFirstByte">The offset at which the next page starts; null on the last page.</param>
public sealed record PartsPage(UploadSpec Spec, IReadOnlyList<ListedPart> Parts, long? NextFirstByte);

/// <summary>A part in a list.</summary>
/// <param name="Range">The bytes that it holds.</param>
/// <param name="TreeHash">Their tree hash.</param>
/// <param name="Location">The external location of the bytes, or null if they are in the part store.</param>
public readonly record struct ListedPart(PartRange Range, TreeHash TreeHash, PartLocation? Location);

/// <summary>Which attempts of an upload are in use.</summary>
public abstract record AttemptsInUse
{
    private AttemptsInUse()
    {
    }

    /// <summary>No attempt is in use, and none will be.</summary>
    public sealed record None : AttemptsInUse;

    /// <summary>These attempts, and every attempt that started at or after the fence.</summary>
    /// <param name="Attempts">The attempts that are currently parts.</param>
    public sealed record Only(IReadOnlySet<AttemptId> Attempts) : AttemptsInUse;

    /// <summary>The attempts that the stored manifest names.</summary>
    public sealed record ByManifest : AttemptsInUse;
}
