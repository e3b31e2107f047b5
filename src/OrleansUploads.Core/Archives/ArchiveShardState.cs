using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>State of one shard of a vault's archive index.</summary>
/// <param name="Vault">The vault's incarnation; the default value while the shard has no history.</param>
/// <param name="Totals">Version, count and size after the newest change.</param>
/// <param name="Archives">The archives, including deleted ones that are still remembered.</param>
/// <param name="InOrder">The IDs of these archives, in the order of lists.</param>
/// <param name="Deleted">Deletions that are still remembered.</param>
/// <param name="Undelivered">Changes that the vault has not confirmed, by version.</param>
public sealed record ArchiveShardState(
    VaultIncarnation Vault,
    ShardTotals Totals,
    ImmutableDictionary<ArchiveId, IndexedArchive> Archives,
    ImmutableSortedSet<ArchiveId> InOrder,
    ImmutableDictionary<ArchiveId, DeletedArchive> Deleted,
    ImmutableSortedDictionary<long, UndeliveredChange> Undelivered)
{
    /// <summary>A shard without history.</summary>
    public static ArchiveShardState Empty { get; } = new(
        default,
        new ShardTotals(0, 0, 0, 0, DateTimeOffset.MinValue),
        ImmutableDictionary<ArchiveId, IndexedArchive>.Empty,
        ImmutableSortedSet.Create(ArchiveId.Ordinal),
        ImmutableDictionary<ArchiveId, DeletedArchive>.Empty,
        ImmutableSortedDictionary<long, UndeliveredChange>.Empty);

    /// <summary>The latest generation of the vault's guard that was delivered to the shard; 0 before the first.</summary>
    public long Guard { get; init; }

    /// <summary>Whether the vault was deleted.</summary>
    public bool IsEnded { get; init; }

    /// <summary>The entry of an archive, or null if it never existed or was deleted.</summary>
    public ArchiveEntry? FindArchive(ArchiveId archive) =>
        Archives.TryGetValue(archive, out var indexed) && indexed.DeletedIn is null ? indexed.Entry : null;
}
