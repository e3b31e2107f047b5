namespace OrleansUploads.Core.Archives;

/// <summary>An archive's entry in the vault's archive index.</summary>
/// <param name="Upload">Its ID names the manifest.</param>
/// <param name="CreatedAt">When its upload was completed.</param>
[Named("archive-entry.1")]
public sealed record ArchiveEntry(
    ArchiveId Archive,
    UploadId Upload,
    long SizeBytes,
    TreeHash TreeHash,
    Description Description,
    DateTimeOffset CreatedAt,
    ByteStorage ByteStorage = ByteStorage.Gateway) : IAnswer;

public abstract record ArchiveShardCommand : ICommand
{
    private protected ArchiveShardCommand()
    {
    }
}

/// <summary>Adds an archive to the index; sent by its upload.</summary>
[Named("add-archive.1")]
public sealed record AddArchive(VaultIncarnation Vault, int Shard, ArchiveEntry Entry)
    : ArchiveShardCommand, ICommand<AdditionVerdict>, IRequiresFreshState;

[Named("find-archive.1")]
public record FindArchive(ArchiveId Archive) : ArchiveShardCommand, ICommand<ArchiveEntry>;

/// <summary>Returns the entry of an archive that is about to be deleted or retrieved. A host with outdated state must not answer: the
/// policy check of a deletion depends on the entry, and a retrieval of an archive that another host has deleted could start
/// after the jobs entity has forgotten its retirement.</summary>
[Named("find-current-archive.1")]
public sealed record FindCurrentArchive(ArchiveId Archive) : FindArchive(Archive), IRequiresFreshState;

/// <summary>Lists the archives that the shard held at one of its versions, by archive ID. Repeating the command returns the
/// same list for as long as later deletions are remembered.</summary>
/// <param name="After">Lists only archives after this ID, which need not exist; null to start at the beginning.</param>
/// <param name="Limit">Maximum number of archives to list; at least 1.</param>
/// <param name="Created">Lists only archives created in this window.</param>
[Named("list-archives.1")]
public sealed record ListArchives(long Version, ArchiveId? After, int Limit, CreationWindow Created)
    : ArchiveShardCommand, ICommand<ArchivesPage>, IScans
{
    public bool IsDoneAfter(IAnswer answer) => answer is not ArchivesPage { HasMore: true };
}

/// <summary>Deletes an archive. Repeating the command returns the same answer for as long as the deletion is remembered.</summary>
[Named("delete-archive.1")]
public sealed record DeleteArchive(ArchiveId Archive, DeletionVerdict Judgement) : ArchiveShardCommand, ICommand<Done>;

/// <summary>Finds the upload of a deleted archive, for as long as the deletion is remembered.</summary>
[Named("find-deleted-archive.1")]
public sealed record FindDeletedArchive(ArchiveId Archive) : ArchiveShardCommand, ICommand<FoundDeletion>;

/// <summary>A deleted archive.</summary>
/// <param name="Upload">The upload that keeps its bytes for as long as they are needed.</param>
/// <param name="DeletedAt">The time of the deletion.</param>
[Named("found-deletion.1")]
public sealed record FoundDeletion(UploadId Upload, DateTimeOffset DeletedAt) : IAnswer;

/// <summary>Refuses deletions whose verdict is based on an earlier generation of the vault's guard from now on; sent by the
/// vault.</summary>
[Named("update-guard.1")]
public sealed record UpdateGuard(long Generation) : ArchiveShardCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a change of this shard was delivered to the vault.</summary>
/// <param name="IsVaultGone">Whether the vault was deleted before it recorded the change.</param>
public sealed record ConfirmTotalsDelivered(long Version, bool IsVaultGone = false) : ArchiveShardCommand, ICommand<Done>;

/// <summary>Confirms that a deletion was delivered to the vault's jobs and, through them, to the archive's upload.</summary>
public sealed record ConfirmArchiveReleased(ArchiveId Archive) : ArchiveShardCommand, ICommand<Done>;

/// <summary>One page of archives, by ID.</summary>
[Named("archives-page.1")]
public sealed record ArchivesPage(IReadOnlyList<ArchiveEntry> Archives, bool HasMore) : IAnswer;

/// <summary>A window of creation times.</summary>
/// <param name="From">Start, inclusive, or null for no lower bound.</param>
/// <param name="Before">End, exclusive, or null for no upper bound.</param>
public readonly record struct CreationWindow(DateTimeOffset? From, DateTimeOffset? Before)
{
    public bool Contains(DateTimeOffset at) => !(at < From) && !(at >= Before);
}

public abstract record AdditionVerdict : IAnswer
{
    private AdditionVerdict()
    {
    }

    public static AdditionVerdict InVault { get; } = new Recorded();

    /// <summary>The archive never existed.</summary>
    public static AdditionVerdict Gone { get; } = new VaultGone();

    /// <summary>The vault has recorded the totals, or newer ones.</summary>
    [Named("addition-recorded.1")]
    public sealed record Recorded : AdditionVerdict;

    /// <summary>The vault was deleted before it recorded the totals.</summary>
    [Named("addition-vault-gone.1")]
    public sealed record VaultGone : AdditionVerdict;
}

/// <summary>The facts on which the permission to delete an archive was based. The shard checks that they still hold before
/// it deletes.</summary>
/// <param name="Guard">Generation of the vault's guard that came with the policies; see
/// <see cref="Vaults.VaultPolicies.Guard"/>.</param>
/// <param name="At">In whole milliseconds.</param>
/// <param name="LooksAtClock">Whether a policy depends on the current time, directly or through the age of archives.</param>
/// <param name="LooksAtAge">Whether a policy depends on the age of archives.</param>
/// <param name="CreatedAt">Creation time of the archive according to the index, or null if it was not in the index or no
/// policy depends on it.</param>
/// <param name="Recorded">The version of the shard's totals that the vault had recorded before the policies were read, as
/// the shard said in <see cref="Refusal.VerdictStale"/>. 0 if the shard was not asked before.</param>
public sealed record DeletionVerdict(
    long Guard, DateTimeOffset At, bool LooksAtClock, bool LooksAtAge, DateTimeOffset? CreatedAt, long Recorded = 0);
