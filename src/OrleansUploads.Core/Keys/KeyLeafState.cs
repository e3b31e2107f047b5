namespace OrleansUploads.Core.Keys;

/// <summary>The phases of a leaf. The values are stored: never change them.</summary>
public enum LeafPhase
{
    /// <summary>The leaf has no history.</summary>
    Unborn = 0,

    /// <summary>The leaf gets entries from its left neighbour and does not own them yet.</summary>
    Adopting = 1,

    /// <summary>The leaf owns its positions.</summary>
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
public sealed record KeyLeafState
{
    private static readonly ImmutableSortedDictionary<KeyPosition, KeyEntry> NoEntries =
        ImmutableSortedDictionary.Create<KeyPosition, KeyEntry>();

    /// <summary>A leaf without history.</summary>
    public static KeyLeafState Unborn { get; } = new();

    /// <summary>The leaf.</summary>
    public LeafId Leaf { get; init; }

    /// <summary>Its phase.</summary>
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

    /// <summary>The number of messages that the leaf has adopted so far.</summary>
    public int Adopted { get; init; }

    /// <summary>The entries by position. During a split they include those that are still to be moved.</summary>
    public ImmutableSortedDictionary<KeyPosition, KeyEntry> Entries { get; init; } = NoEntries;

    /// <summary>The approximate length of the entries in the journal.</summary>
    public long EntryBytes { get; init; }

    /// <summary>Publications that their uploads have not recorded yet, by upload ID.</summary>
    public ImmutableSortedDictionary<string, Publication> Unsettled { get; init; } =
        ImmutableSortedDictionary.Create<string, Publication>(StringComparer.Ordinal);

    /// <summary>In the index of uploads: the newest uploads that were removed from it, the oldest first. They stop late messages.</summary>
    public ImmutableArray<Publication> Settled { get; init; } = [];

    /// <summary>What is known of the changes of the keys, apart from those that made the entries.</summary>
    public KeyChanges Changes { get; init; } = KeyChanges.None;

    /// <summary>Objects whose uploads do not know yet that they were overwritten or deleted, by upload ID.</summary>
    public ImmutableSortedDictionary<string, PendingRelease> Releases { get; init; } =
        ImmutableSortedDictionary.Create<string, PendingRelease>(StringComparer.Ordinal);

    /// <summary>The number of splits so far.</summary>
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

    /// <summary>What the leaf remembers about an upload, or null if nothing.</summary>
    public Publication? Find(UploadId upload) => Unsettled.TryGetValue(upload.ToString(), out var publication)
        ? publication
        : Settled.FirstOrDefault(settled => settled.Upload == upload);

    /// <summary>The newest change of a key, or null if it is not known. It was then not after <see cref="KeyChanges.Forgotten"/>.</summary>
    public KeyChange? FindChange(KeyPosition position) =>
        Entries.TryGetValue(position, out var entry) ? entry.Change
        : Changes.Find(position) is { } deletion ? new KeyChange(deletion.Number)
        : null;
}

/// <summary>A split in progress.</summary>
/// <param name="Number">Its number.</param>
/// <param name="At">The first position that moves.</param>
/// <param name="Right">The new leaf.</param>
/// <param name="Next">The first position that is still to be moved, or null if all are moved.</param>
/// <param name="Sequence">Number of the next message.</param>
public sealed record LeafSplit(long Number, KeyPosition At, LeafName Right, KeyPosition? Next, int Sequence)
{
    /// <summary>Whether the new leaf owns its positions, and only the routes do not know it yet.</summary>
    internal bool IsMoved => Next is null;
}

/// <summary>An object whose upload does not know yet that it was overwritten or deleted.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="At">When the object was overwritten or deleted.</param>
public sealed record PendingRelease(UploadId Upload, DateTimeOffset At);
