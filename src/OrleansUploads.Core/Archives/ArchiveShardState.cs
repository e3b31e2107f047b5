using System.Collections.Immutable;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>One shard of a vault's archive index.</summary>
/// <param name="Vault">The vault's life; meaningless while the shard has no history.</param>
/// <param name="Totals">Version, count and size after the newest change.</param>
/// <param name="Archives">The archives, those among them whose deletion is still remembered.</param>
/// <param name="InOrder">The IDs of the same, as lists have them.</param>
/// <param name="Deleted">Deletions that are still remembered.</param>
/// <param name="Untold">Changes that the vault has not confirmed, by version.</param>
public sealed record ArchiveShardState(
    VaultLife Vault,
    ShardTotals Totals,
    ImmutableDictionary<ArchiveId, IndexedArchive> Archives,
    ImmutableSortedSet<ArchiveId> InOrder,
    ImmutableDictionary<ArchiveId, DeletedArchive> Deleted,
    ImmutableSortedDictionary<long, UntoldChange> Untold)
{
    /// <summary>A shard without history.</summary>
    public static ArchiveShardState Empty { get; } = new(
        default,
        new ShardTotals(0, 0, 0, 0, DateTimeOffset.MinValue),
        ImmutableDictionary<ArchiveId, IndexedArchive>.Empty,
        ImmutableSortedSet.Create(ArchiveId.Ordinal),
        ImmutableDictionary<ArchiveId, DeletedArchive>.Empty,
        ImmutableSortedDictionary<long, UntoldChange>.Empty);

    /// <summary>An archive that is there; null where it never was or was deleted.</summary>
    public ArchiveEntry? Find(ArchiveId archive) =>
        Archives.TryGetValue(archive, out var indexed) && indexed.DeletedIn is null ? indexed.Entry : null;
}
