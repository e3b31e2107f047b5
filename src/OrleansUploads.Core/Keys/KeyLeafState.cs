namespace OrleansUploads.Core.Keys;

/// <summary>The values are stored: never change them.</summary>
public enum LeafPhase
{
    /// <summary>It has no history.</summary>
    Unborn = 0,

    /// <summary>The leaf gets entries from its left neighbour and does not own them yet.</summary>
    Adopting = 1,

    /// <summary>It owns its positions.</summary>
    Live = 2,

    /// <summary>The leaf is empty and takes no entries, because its bucket is being deleted or was deleted.</summary>
    Sealed = 3,

    /// <summary>The leaf is empty and gives its range to its left neighbour.</summary>
    Giving = 4,

    /// <summary>The left neighbour has the range, but the routes may still name this leaf.</summary>
    Given = 5,

    /// <summary>Only old hints still name the leaf. It leads them to the left.</summary>
    Gone = 6,
}

/// <summary>The state of a leaf of an ordered index.</summary>
[Named("key-leaf-state.1")]
public sealed record KeyLeafState : IStoredAs<KeyLeafState, StoredKeyLeaf>
{
    public static KeyLeafState Unborn { get; } = new();

    public LeafId Leaf { get; init; }

    public LeafPhase Phase { get; init; }

    /// <summary>The smallest position that it owns.</summary>
    public KeyPosition From { get; init; } = KeyPosition.Start;

    /// <summary>The first position that it does not own, or null if it owns everything to the end.</summary>
    public KeyPosition? Upper { get; init; }

    /// <summary>The leaf that owns <see cref="Upper"/>, or null.</summary>
    public LeafName? Right { get; init; }

    /// <summary>A leaf that is further left, or null if none is known: the left neighbour when this leaf was created, or the leaf that
    /// took its range.</summary>
    public LeafName? Left { get; init; }

    public int Adopted { get; init; }

    /// <summary>The entries in the order of their positions. During a split they include those that are still to be moved.</summary>
    /// <remarks>There are at most a few hundred. To copy them for a change is cheap, and a leaf that is loaded has them in order.</remarks>
    public ImmutableArray<KeyEntry> Entries { get; init; } = [];

    /// <summary>The approximate length of the entries in the journal.</summary>
    public long EntryBytes { get; init; }

    /// <summary>Publications that their uploads have not recorded yet, by upload ID.</summary>
    public ImmutableSortedDictionary<string, Publication> Unsettled { get; init; } =
        ImmutableSortedDictionary.Create<string, Publication>(StringComparer.Ordinal);

    /// <summary>The newest uploads that were removed from the index of uploads, the oldest first. They stop late messages.</summary>
    public ImmutableArray<Publication> Settled { get; init; } = [];

    /// <summary>What is known of the changes of the keys, apart from those that made the entries.</summary>
    public KeyChanges Changes { get; init; } = KeyChanges.None;

    /// <summary>The objects whose uploads do not know yet that they were overwritten or deleted, by upload ID.</summary>
    public ImmutableSortedDictionary<string, PendingRelease> Releases { get; init; } =
        ImmutableSortedDictionary.Create<string, PendingRelease>(StringComparer.Ordinal);

    public long Splits { get; init; }

    /// <summary>The split in progress, or null.</summary>
    public LeafSplit? Split { get; init; }

    /// <summary>The newest step of the bucket that sealed or unsealed the leaf. It stops late messages of earlier steps.</summary>
    public long SealStep { get; init; }

    /// <summary>Whether this step unsealed a sealed leaf.</summary>
    public bool WasSealed { get; init; }

    /// <summary>The first position that the leaf refuses: <see cref="Upper"/>, or where the split in progress begins.</summary>
    public KeyPosition? End => Split is { IsMoved: false } split ? split.At : Upper;

    /// <summary>The leaf that owns <see cref="End"/>, or will when it has adopted it.</summary>
    public LeafName? Next => Split is { IsMoved: false } split ? split.Right : Right;

    public StoredKeyLeaf ToStored() => new()
    {
        Leaf = Leaf,
        From = From,
        Upper = Upper,
        Right = Right,
        Left = Left,
        Phase = Phase,
        Adopted = Adopted,
        Entries = Entries,
        Publications = [.. Unsettled.Values, .. Settled],
        Releases = [.. Releases.Values],
        Splits = Splits,
        Split = Split,
        SealStep = SealStep,
        WasSealed = WasSealed,
        Changes = Changes,
    };

    public static KeyLeafState FromStored(StoredKeyLeaf stored) => Unborn with
    {
        Leaf = stored.Leaf,
        From = stored.From,
        Upper = stored.Upper,
        Right = stored.Right,
        Left = stored.Left,
        Phase = stored.Phase,
        Adopted = stored.Adopted,
        Entries = [.. stored.Entries],
        EntryBytes = KeyLeafEvolution.BytesOf(stored.Entries),
        Unsettled = Unborn.Unsettled.AddRange(stored.Publications.Where(publication => !publication.IsSettled)
            .Select(publication => KeyValuePair.Create(publication.Upload.ToString(), publication))),
        Settled = [.. stored.Publications.Where(publication => publication.IsSettled)],
        Releases = Unborn.Releases.AddRange(
            stored.Releases.Select(release => KeyValuePair.Create(release.Upload.ToString(), release))),
        Splits = stored.Splits,
        Split = stored.Split,
        SealStep = stored.SealStep,
        WasSealed = stored.WasSealed,
        Changes = stored.Changes,
    };

    /// <summary>The position of one of the leaf's entries.</summary>
    public KeyPosition PositionOf(KeyEntry entry) => entry.PositionIn(Leaf.Index.Tree);

    /// <summary>The entry at a position, or null.</summary>
    public KeyEntry? FindEntry(KeyPosition position) => IndexOf(position) is >= 0 and var index ? Entries[index] : null;

    /// <summary>The entries in a range of positions.</summary>
    /// <param name="to">The first position behind the range, or null for everything to the end.</param>
    internal ImmutableArray<KeyEntry> EntriesIn(KeyPosition from, KeyPosition? to)
    {
        var (first, behind) = (FirstIndexFrom(from), to is { } end ? FirstIndexFrom(end) : Entries.Length);
        return first < behind ? Entries[first..behind] : [];
    }

    /// <summary>The index of the first entry that is not before a position.</summary>
    internal int FirstIndexFrom(KeyPosition position)
    {
        var index = IndexOf(position);
        return index < 0 ? ~index : index;
    }

    /// <summary>The index of the entry at a position, or the complement of the index at which it would be inserted.</summary>
    internal int IndexOf(KeyPosition position) => Entries.AsSpan().BinarySearch(new SoughtPosition(position, Leaf.Index.Tree));

    /// <summary>What the leaf remembers about an upload, or null if nothing.</summary>
    public Publication? Find(UploadId upload) => Unsettled.TryGetValue(upload.ToString(), out var publication)
        ? publication
        : Settled.FirstOrDefault(settled => settled.Upload == upload);

    /// <summary>The newest change of a key, or null if it is not known. It was then not after <see cref="KeyChanges.Forgotten"/>.</summary>
    public KeyChange? FindChange(KeyPosition position) =>
        FindEntry(position) is { } entry ? entry.Change
        : Changes.Find(position) is { } deletion ? new KeyChange(deletion.Number)
        : null;

    private readonly record struct SoughtPosition(KeyPosition Position, KeyTree Tree) : IComparable<KeyEntry>
    {
        public int CompareTo(KeyEntry? other) => Position.CompareTo(other!.PositionIn(Tree));
    }
}

/// <summary>A split in progress.</summary>
/// <param name="At">The first position that moves.</param>
/// <param name="Next">The first position that is still to be moved, or null if all are moved.</param>
/// <param name="Sequence">Number of the next message.</param>
public sealed record LeafSplit(long Number, KeyPosition At, LeafName Right, KeyPosition? Next, int Sequence)
{
    /// <summary>Whether the new leaf owns its positions. Only the routes may not know it yet.</summary>
    internal bool IsMoved => Next is null;
}

public sealed record PendingRelease(UploadId Upload, DateTimeOffset At);

/// <summary>Events of a leaf of an ordered index. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record KeyLeafEvent
{
    private protected KeyLeafEvent()
    {
    }
}

/// <summary>The first leaf of an index began. It owns all positions.</summary>
[Named("leaf-opened.1")]
public sealed record LeafOpened(LeafId Leaf) : KeyLeafEvent;

/// <summary>A leaf got entries from its left neighbour. With the last ones it begins to own its positions. It has the
/// members of <see cref="AdoptKeys"/>; the changes are a note.</summary>
[Named("keys-adopted.1")]
public sealed record KeysAdopted(
    LeafId Leaf,
    KeyPosition From,
    KeyPosition? Upper,
    LeafName? Right,
    int Sequence,
    bool IsLast,
    IReadOnlyList<KeyEntry> Entries,
    IReadOnlyList<Publication> Publications,
    LeafName? Left = null,
    KeyChanges? Changes = null) : KeyLeafEvent;

/// <summary>An object was published under its key and replaced any earlier one.</summary>
/// <param name="Round">Which completion of its upload this is.</param>
/// <param name="Ticket">The ticket of a publication without a condition; null for every other. A note.</param>
[Named("object-added.1")]
public sealed record ObjectAdded(KeyEntry Entry, int Round, DateTimeOffset At, long? Ticket = null) : KeyLeafEvent;

[Named("ticket-issued.1")]
public sealed record TicketIssued : KeyLeafEvent;

/// <summary>The key may have had no object; then this only counts as a change of the key.</summary>
[Named("object-removed.1")]
public sealed record ObjectRemoved(ObjectKey Key, DateTimeOffset At) : KeyLeafEvent;

[Named("publication-settled.1")]
public sealed record PublicationSettled(UploadId Upload) : KeyLeafEvent;

[Named("object-release-delivered.1")]
public sealed record ObjectReleaseDelivered(UploadId Upload) : KeyLeafEvent;

[Named("listed-upload-added.1")]
public sealed record ListedUploadAdded(KeyEntry Entry) : KeyLeafEvent;

[Named("listed-upload-removed.1")]
public sealed record ListedUploadRemoved(KeyPosition Position) : KeyLeafEvent;

/// <summary>The leaf began to move its upper positions to a new leaf. From now on it refuses them.</summary>
/// <param name="At">The first position that moves.</param>
[Named("split-begun.1")]
public sealed record SplitBegun(long Number, KeyPosition At, LeafName Right) : KeyLeafEvent;

/// <summary>The new leaf has adopted some of the entries.</summary>
/// <param name="Sequence">Number of the message within the move.</param>
/// <param name="Next">The first position that is still to be moved, or null if all are moved.</param>
[Named("keys-moved.1")]
public sealed record KeysMoved(long Number, int Sequence, KeyPosition? Next) : KeyLeafEvent;

[Named("route-delivered.1")]
public sealed record RouteDelivered(long Number) : KeyLeafEvent;

/// <summary>The leaf, which is empty, began to give its range to its left neighbour. It never owns a position again.</summary>
[Named("giving-begun.1")]
public sealed record GivingBegun : KeyLeafEvent;

/// <summary>The leaf took the range of its right neighbour, which was empty. It has the members of <see
/// cref="TakeRange"/>; the changes are a note.</summary>
[Named("range-taken.1")]
public sealed record RangeTaken(
    KeyPosition? Upper,
    LeafName? Right,
    IReadOnlyList<Publication> Publications,
    KeyChanges? Changes = null) : KeyLeafEvent;

/// <summary>The range belongs to a leaf to the left.</summary>
[Named("range-given.1")]
public sealed record RangeGiven(LeafName Taker) : KeyLeafEvent;

/// <summary>The routes no longer name the leaf, which has given its range away.</summary>
[Named("route-withdrawn.1")]
public sealed record RouteWithdrawn : KeyLeafEvent;

/// <summary>The leaf was sealed, because its bucket is being deleted.</summary>
[Named("leaf-sealed.1")]
public sealed record LeafSealed(long Step = 0) : KeyLeafEvent;

/// <summary>The leaf takes entries again.</summary>
[Named("leaf-unsealed.1")]
public sealed record LeafUnsealed(long Step = 0, bool WasSealed = true) : KeyLeafEvent;

/// <summary>A leaf as it is stored. It has the members of <see cref="KeyLeafState"/>.</summary>
public sealed record StoredKeyLeaf
{
    /// <inheritdoc cref="KeyLeafState.Leaf"/>
    public required LeafId Leaf { get; init; }

    /// <inheritdoc cref="KeyLeafState.From"/>
    public required KeyPosition From { get; init; }

    /// <inheritdoc cref="KeyLeafState.Upper"/>
    public KeyPosition? Upper { get; init; }

    /// <inheritdoc cref="KeyLeafState.Right"/>
    public LeafName? Right { get; init; }

    /// <inheritdoc cref="KeyLeafState.Left"/>
    public LeafName? Left { get; init; }

    /// <inheritdoc cref="KeyLeafState.Phase"/>
    public LeafPhase Phase { get; init; }

    /// <inheritdoc cref="KeyLeafState.Adopted"/>
    public int Adopted { get; init; }

    /// <inheritdoc cref="KeyLeafState.Entries"/>
    public required IReadOnlyList<KeyEntry> Entries { get; init; }

    /// <summary>First what is not settled, then what is settled, oldest first.</summary>
    public required IReadOnlyList<Publication> Publications { get; init; }

    /// <inheritdoc cref="KeyLeafState.Releases"/>
    public required IReadOnlyList<PendingRelease> Releases { get; init; }

    /// <inheritdoc cref="KeyLeafState.Splits"/>
    public long Splits { get; init; }

    /// <inheritdoc cref="KeyLeafState.Split"/>
    public LeafSplit? Split { get; init; }

    /// <inheritdoc cref="KeyLeafState.SealStep"/>
    public long SealStep { get; init; }

    /// <inheritdoc cref="KeyLeafState.WasSealed"/>
    public bool WasSealed { get; init; }

    /// <inheritdoc cref="KeyLeafState.Changes"/>
    public required KeyChanges Changes { get; init; }
}
