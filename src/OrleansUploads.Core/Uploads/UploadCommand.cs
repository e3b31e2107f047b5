using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Uploads;

/// <summary>What can be asked of an upload.</summary>
public abstract record UploadCommand : ICommand
{
    private protected UploadCommand()
    {
    }
}

/// <summary>Begins the upload; sent by its vault, which has listed it already.</summary>
public sealed record InitiateUpload(UploadOpening Opening) : UploadCommand, ICommand<Done>, IBindingCommand;

/// <summary>Asks whether a part with its bytes would be taken, so that a bad one is refused before they are read.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Range">The bytes that the part would hold.</param>
public sealed record CheckPart(VaultId Vault, PartRange Range) : UploadCommand, ICommand<Done>;

/// <summary>Reports a part whose bytes are durable.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Range">The bytes that the part holds.</param>
/// <param name="TreeHash">Tree hash of these bytes, computed while they were stored.</param>
/// <param name="Attempt">Where they are.</param>
public sealed record StorePart(VaultId Vault, PartRange Range, TreeHash TreeHash, AttemptId Attempt)
    : UploadCommand, ICommand<PartStanding>;

/// <summary>Makes the parts an archive.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="SizeBytes">The archive's size, as the caller knows it.</param>
/// <param name="TreeHash">The archive's tree hash, as the caller knows it.</param>
public sealed record CompleteUpload(VaultId Vault, long SizeBytes, TreeHash TreeHash)
    : UploadCommand, ICommand<CompletedArchive>;

/// <summary>Gives the upload up.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
public sealed record AbortUpload(VaultId Vault) : UploadCommand, ICommand<Done>;

/// <summary>Lists the parts, in the order of their ranges.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="FirstByte">Parts that begin before this offset are left out.</param>
/// <param name="Limit">Most parts to list; at least 1.</param>
public sealed record ListParts(VaultId Vault, long FirstByte, int Limit) : UploadCommand, ICommand<PartsPage>;

/// <summary>Asks which attempts are in use, before any other is collected.</summary>
/// <param name="Before">From now on the upload takes no attempt that was begun before this instant.</param>
public sealed record FenceAttempts(DateTimeOffset Before) : UploadCommand, ICommand<AttemptsInUse>, IBindingCommand;

/// <summary>Tells the upload that its archive was deleted; sent by the archive's shard.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="DeletedAt">When it was deleted.</param>
public sealed record ReleaseArchive(ArchiveId Archive, DateTimeOffset DeletedAt)
    : UploadCommand, ICommand<Done>, IBindingCommand;

/// <summary>Confirms that the manifest is in the part store.</summary>
public sealed record ConfirmManifestStored : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the archive is in the vault's index.</summary>
public sealed record ConfirmArchiveIndexed : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the vault no longer lists the upload.</summary>
public sealed record ConfirmUploadClosed : UploadCommand, ICommand<Done>;

/// <summary>How a reported part stands.</summary>
/// <param name="AttemptInUse">Whether the reported attempt is the part now; false where the same bytes were stored
/// before, so that the new attempt is not needed.</param>
public sealed record PartStanding(bool AttemptInUse);

/// <summary>What a completed upload became.</summary>
/// <param name="Archive">The archive's ID.</param>
/// <param name="Vault">The vault that it is in.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="TreeHash">Its tree hash.</param>
public sealed record CompletedArchive(ArchiveId Archive, VaultId Vault, long SizeBytes, TreeHash TreeHash);

/// <summary>Some of an upload's parts.</summary>
/// <param name="Opening">What was fixed when the upload was initiated.</param>
/// <param name="Parts">In the order of their ranges.</param>
/// <param name="NextFirstByte">Where the next page begins; null on the last.</param>
public sealed record PartsPage(UploadOpening Opening, IReadOnlyList<ListedPart> Parts, long? NextFirstByte);

/// <summary>A part as it is listed.</summary>
/// <param name="Range">The bytes that it holds.</param>
/// <param name="TreeHash">Their tree hash.</param>
/// <param name="Location">Where they are; null where they are in the part store.</param>
public readonly record struct ListedPart(PartRange Range, TreeHash TreeHash, PartLocation? Location);

/// <summary>Which of an upload's attempts are in use.</summary>
public abstract record AttemptsInUse
{
    private AttemptsInUse()
    {
    }

    /// <summary>None at all, and never again.</summary>
    public sealed record None : AttemptsInUse;

    /// <summary>Exactly these, and any that was begun at or after the fence.</summary>
    /// <param name="Attempts">The attempts that are parts now.</param>
    public sealed record Only(IReadOnlySet<AttemptId> Attempts) : AttemptsInUse;

    /// <summary>Exactly those that the stored manifest names.</summary>
    public sealed record ByManifest : AttemptsInUse;
}
