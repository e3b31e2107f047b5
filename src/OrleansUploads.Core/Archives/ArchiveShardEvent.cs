using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>What can happen to a shard of an archive index. Stored for years: a case is never changed.</summary>
public abstract record ArchiveShardEvent
{
    private protected ArchiveShardEvent()
    {
    }
}

/// <summary>The shard got its first archive.</summary>
public sealed record ShardOpened(VaultLife Vault, int Shard) : ArchiveShardEvent;

/// <summary>An archive came into the index.</summary>
public sealed record ArchiveAdded(ArchiveEntry Entry) : ArchiveShardEvent;

/// <summary>An archive left the index.</summary>
public sealed record ArchiveDeleted(ArchiveId Archive, DateTimeOffset At) : ArchiveShardEvent;

/// <summary>The vault has taken a change of this shard.</summary>
public sealed record TotalsTold(long Version) : ArchiveShardEvent;

/// <summary>The upload of a deleted archive knows.</summary>
public sealed record ReleaseTold(ArchiveId Archive) : ArchiveShardEvent;

/// <summary>Archives that were deleted before an instant are no longer remembered.</summary>
public sealed record DeletionsForgotten(DateTimeOffset Before) : ArchiveShardEvent;

/// <summary>Carries over what all earlier events added up to; only snapshots have it.</summary>
/// <param name="Vault">The vault's life.</param>
/// <param name="Totals">Version, count and size.</param>
/// <param name="Archives">The archives, those among them whose deletion is still remembered.</param>
/// <param name="Deleted">Deletions that are still remembered.</param>
/// <param name="Untold">Changes that the vault has not confirmed.</param>
public sealed record ShardSnapshot(
    VaultLife Vault,
    ShardTotals Totals,
    IReadOnlyList<IndexedArchive> Archives,
    IReadOnlyList<DeletedArchive> Deleted,
    IReadOnlyList<UntoldChange> Untold) : ArchiveShardEvent;

/// <summary>What <see cref="ShardSnapshot"/> was before it was kept when archives came and went. No longer written.</summary>
/// <param name="Vault">The vault's life.</param>
/// <param name="Totals">Version, count and size.</param>
/// <param name="Archives">The archives.</param>
/// <param name="Deleted">Deletions that are still remembered.</param>
/// <param name="Untold">Changes that the vault has not confirmed.</param>
public sealed record ShardCarriedOver(
    VaultLife Vault,
    ShardTotals Totals,
    IReadOnlyList<ArchiveEntry> Archives,
    IReadOnlyList<DeletedArchive> Deleted,
    IReadOnlyList<UntoldChange> Untold) : ArchiveShardEvent;

/// <summary>A deletion that is remembered.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="Upload">The upload that it came from.</param>
/// <param name="DeletedAt">When.</param>
/// <param name="Released">Whether the upload knows.</param>
public sealed record DeletedArchive(
    ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt, bool Released);

/// <summary>A change that the vault must be told of.</summary>
/// <param name="Totals">The shard's totals after it.</param>
/// <param name="ClosedUpload">The upload that became an archive; null for a deletion.</param>
public sealed record UntoldChange(ShardTotals Totals, UploadId? ClosedUpload);
