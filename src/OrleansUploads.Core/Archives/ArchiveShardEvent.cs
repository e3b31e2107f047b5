using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>Events of a shard of an archive index. They are stored for years: never change an existing event, add a new
/// one.</summary>
public abstract record ArchiveShardEvent
{
    private protected ArchiveShardEvent()
    {
    }
}

/// <summary>The shard received its first archive.</summary>
public sealed record ShardOpened(VaultIncarnation Vault, int Shard) : ArchiveShardEvent;

/// <summary>An archive was added to the index.</summary>
public sealed record ArchiveAdded(ArchiveEntry Entry) : ArchiveShardEvent;

/// <summary>An archive was deleted from the index.</summary>
public sealed record ArchiveDeleted(ArchiveId Archive, DateTimeOffset At) : ArchiveShardEvent;

/// <summary>A change of this shard was delivered to the vault.</summary>
public sealed record TotalsDelivered(long Version) : ArchiveShardEvent;

/// <summary>A deletion was delivered to the vault's jobs and, through them, to the archive's upload.</summary>
public sealed record ReleaseDelivered(ArchiveId Archive) : ArchiveShardEvent;

/// <summary>The vault was deleted. Archives that it had not recorded never existed.</summary>
public sealed record IndexEnded : ArchiveShardEvent;

/// <summary>From now on the shard refuses deletions whose verdict is based on an earlier generation of the vault's
/// guard.</summary>
public sealed record GuardUpdated(long Generation) : ArchiveShardEvent;

/// <summary>Archives that were deleted at or before an instant were forgotten.</summary>
public sealed record DeletionsForgotten(DateTimeOffset Before) : ArchiveShardEvent;

/// <summary>The state after all earlier events; occurs only in snapshots.</summary>
/// <param name="Vault">The vault's incarnation.</param>
/// <param name="Totals">Version, count and size.</param>
/// <param name="Archives">The archives, including deleted ones that are still remembered.</param>
/// <param name="Deleted">Deletions that are still remembered.</param>
/// <param name="Untold">Changes that the vault has not confirmed.</param>
public sealed record ShardSnapshot(
    VaultIncarnation Vault,
    ShardTotals Totals,
    IReadOnlyList<IndexedArchive> Archives,
    IReadOnlyList<DeletedArchive> Deleted,
    IReadOnlyList<UndeliveredChange> Untold) : ArchiveShardEvent;

/// <summary>The earlier form of <see cref="ShardSnapshot"/>, without the versions at which archives were added and deleted. It is
/// read but no longer written.</summary>
/// <param name="Vault">The vault's incarnation.</param>
/// <param name="Totals">Version, count and size.</param>
/// <param name="Archives">The archives.</param>
/// <param name="Deleted">Deletions that are still remembered.</param>
/// <param name="Untold">Changes that the vault has not confirmed.</param>
public sealed record ShardCarriedOver(
    VaultIncarnation Vault,
    ShardTotals Totals,
    IReadOnlyList<ArchiveEntry> Archives,
    IReadOnlyList<DeletedArchive> Deleted,
    IReadOnlyList<UndeliveredChange> Untold) : ArchiveShardEvent;

/// <summary>A remembered deletion.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="Upload">The upload that created the archive.</param>
/// <param name="DeletedAt">When it was deleted.</param>
/// <param name="Released">Whether the deletion was delivered to the vault's jobs and to the upload.</param>
public sealed record DeletedArchive(
    ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt, bool Released);

/// <summary>A change that has not been delivered to the vault.</summary>
/// <param name="Totals">The shard's totals after the change.</param>
/// <param name="ClosedUpload">The upload that became an archive, or null for a deletion.</param>
public sealed record UndeliveredChange(ShardTotals Totals, UploadId? ClosedUpload);
