using System.Collections.Immutable;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>One shard of a vault's archive index.</summary>
/// <param name="Vault">The vault's life; meaningless while the shard has no history.</param>
/// <param name="Totals">Version, count and size after the newest change.</param>
/// <param name="Archives">The archives.</param>
/// <param name="Deleted">Deletions that are still remembered.</param>
/// <param name="Untold">Changes that the vault has not confirmed, by version.</param>
public sealed record ArchiveShardState(
    VaultLife Vault,
    ShardTotals Totals,
    ImmutableDictionary<ArchiveId, ArchiveEntry> Archives,
    ImmutableDictionary<ArchiveId, DeletedArchive> Deleted,
    ImmutableSortedDictionary<long, UntoldChange> Untold)
{
    /// <summary>A shard without history.</summary>
    public static ArchiveShardState Empty { get; } = new(
        default,
        new ShardTotals(0, 0, 0, 0, DateTimeOffset.MinValue),
        ImmutableDictionary<ArchiveId, ArchiveEntry>.Empty,
        ImmutableDictionary<ArchiveId, DeletedArchive>.Empty,
        ImmutableSortedDictionary<long, UntoldChange>.Empty);
}
