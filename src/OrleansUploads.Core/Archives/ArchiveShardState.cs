using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>State of one shard of a vault's archive index.</summary>
/// <param name="Totals">Version, count and size after the newest change.</param>
/// <param name="Archives">The archives, in the order of lists.</param>
/// <param name="Undelivered">Changes that the vault has not confirmed, by version.</param>
[Named("archive-shard-state.1")]
public sealed record ArchiveShardState(
    VaultIncarnation Vault,
    ShardTotals Totals,
    ImmutableArray<IndexedArchive> Archives,
    ImmutableDictionary<ArchiveId, DeletedArchive> Deleted,
    ImmutableSortedDictionary<long, UndeliveredChange> Undelivered) : IStoredAs<ArchiveShardState, StoredArchiveShard>
{
    public static ArchiveShardState Empty { get; } = new(
        default,
        new ShardTotals(0, 0, 0, 0, DateTimeOffset.MinValue),
        [],
        ImmutableDictionary<ArchiveId, DeletedArchive>.Empty,
        ImmutableSortedDictionary<long, UndeliveredChange>.Empty);

    /// <summary>The latest generation of the vault's guard that was delivered to the shard; 0 before the first.</summary>
    public long Guard { get; init; }

    public bool IsEnded { get; init; }

    public StoredArchiveShard ToStored() => new()
    {
        Vault = Vault == default ? null : Vault,
        Totals = Totals,
        Archives = Archives,
        Deleted = [.. InOrderOf(Deleted)],
        Undelivered = [.. Undelivered.Values],
        Guard = Guard,
        IsEnded = IsEnded,
    };

    public static ArchiveShardState FromStored(StoredArchiveShard stored) => new(
        stored.Vault.GetValueOrDefault(),
        stored.Totals,
        [.. stored.Archives],
        stored.Deleted.ToImmutableDictionary(deleted => deleted.Archive),
        stored.Undelivered.ToImmutableSortedDictionary(change => change.Totals.Version, change => change))
    {
        Guard = stored.Guard,
        IsEnded = stored.IsEnded,
    };

    /// <summary>Sorts the values, because a dictionary's order may differ between machines.</summary>
    internal static IEnumerable<T> InOrderOf<T>(ImmutableDictionary<ArchiveId, T> byArchive) =>
        byArchive.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => pair.Value);

    /// <summary>The entry of an archive, or null if it never existed or was deleted.</summary>
    public ArchiveEntry? FindArchive(ArchiveId archive) =>
        FindIndexed(archive) is { DeletedIn: null } indexed ? indexed.Entry : null;

    /// <summary>The archive, or null if it never existed or was forgotten.</summary>
    internal IndexedArchive? FindIndexed(ArchiveId archive) => IndexOf(archive) is >= 0 and var index ? Archives[index] : null;

    /// <summary>The index of an archive, or the complement of the index at which it would be inserted.</summary>
    internal int IndexOf(ArchiveId archive) => Archives.AsSpan().BinarySearch(new SoughtArchive(archive));

    internal ArchiveShardState With(IndexedArchive archive)
    {
        var index = IndexOf(archive.Entry.Archive);
        return this with { Archives = index < 0 ? Archives.Insert(~index, archive) : Archives.SetItem(index, archive) };
    }

    private readonly record struct SoughtArchive(ArchiveId Archive) : IComparable<IndexedArchive>
    {
        public int CompareTo(IndexedArchive? other) => ArchiveId.Ordinal.Compare(Archive, other!.Entry.Archive);
    }
}

/// <summary>An archive in a shard of the index, with the versions of the shard between which it existed.</summary>
/// <param name="DeletedIn">Null while the archive exists.</param>
public sealed record IndexedArchive(ArchiveEntry Entry, long AddedIn, long? DeletedIn)
{
    public bool ExistsAt(long version) => AddedIn <= version && !(DeletedIn <= version);
}

/// <summary>Events of a shard of an archive index. They are stored for years: never change an existing event, add a new
/// one.</summary>
public abstract record ArchiveShardEvent
{
    private protected ArchiveShardEvent()
    {
    }
}

/// <summary>The shard received its first archive.</summary>
[Named("shard-opened.1")]
public sealed record ShardOpened(VaultIncarnation Vault, int Shard) : ArchiveShardEvent;

[Named("archive-added.1")]
public sealed record ArchiveAdded(ArchiveEntry Entry) : ArchiveShardEvent;

[Named("archive-deleted.1")]
public sealed record ArchiveDeleted(ArchiveId Archive, DateTimeOffset At) : ArchiveShardEvent;

/// <summary>A change of this shard was delivered to the vault.</summary>
[Named("totals-delivered.1")]
public sealed record TotalsDelivered(long Version) : ArchiveShardEvent;

/// <summary>A deletion was delivered to the vault's jobs and, through them, to the archive's upload.</summary>
[Named("release-delivered.1")]
public sealed record ReleaseDelivered(ArchiveId Archive) : ArchiveShardEvent;

/// <summary>The vault was deleted. Archives that it had not recorded never existed.</summary>
[Named("index-ended.1")]
public sealed record IndexEnded : ArchiveShardEvent;

/// <summary>From now on the shard refuses deletions whose verdict is based on an earlier generation of the vault's
/// guard.</summary>
[Named("guard-updated.1")]
public sealed record GuardUpdated(long Generation) : ArchiveShardEvent;

/// <summary>The shard forgot the archives that were deleted at or before an instant.</summary>
[Named("deletions-forgotten.1")]
public sealed record DeletionsForgotten(DateTimeOffset Before) : ArchiveShardEvent;

/// <summary>A shard as it is stored. It has the members of <see cref="ArchiveShardState"/>.</summary>
public sealed record StoredArchiveShard
{
    /// <summary>The vault, or null while the shard has had no archive.</summary>
    public VaultIncarnation? Vault { get; init; }

    /// <inheritdoc cref="ArchiveShardState.Totals"/>
    public required ShardTotals Totals { get; init; }

    /// <summary>The archives, in the order of lists.</summary>
    public required IReadOnlyList<IndexedArchive> Archives { get; init; }

    /// <inheritdoc cref="ArchiveShardState.Deleted"/>
    public required IReadOnlyList<DeletedArchive> Deleted { get; init; }

    /// <inheritdoc cref="ArchiveShardState.Undelivered"/>
    public required IReadOnlyList<UndeliveredChange> Undelivered { get; init; }

    /// <inheritdoc cref="ArchiveShardState.Guard"/>
    public long Guard { get; init; }

    /// <inheritdoc cref="ArchiveShardState.IsEnded"/>
    public bool IsEnded { get; init; }
}

/// <summary>A remembered deletion.</summary>
/// <param name="Released">Whether the deletion was delivered to the vault's jobs and to the upload.</param>
public sealed record DeletedArchive(
    ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt, bool Released);

/// <summary>A change that has not been delivered to the vault.</summary>
/// <param name="Totals">The shard's totals after the change.</param>
/// <param name="AddedUpload">The upload that became an archive, or null for a deletion.</param>
public sealed record UndeliveredChange(ShardTotals Totals, UploadId? AddedUpload);
