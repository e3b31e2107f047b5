namespace OrleansUploads.Core.Keys;

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

/// <summary>A leaf got entries from its left neighbour. With the last ones it begins to own its positions.</summary>
/// <param name="Leaf">The leaf.</param>
/// <param name="From">The smallest position that it owns.</param>
/// <param name="Upper">The first position that it does not own, or null.</param>
/// <param name="Right">The leaf that owns this position, or null.</param>
/// <param name="Sequence">Number of the message within the move.</param>
/// <param name="IsLast">Whether these are the last entries.</param>
/// <param name="Entries">The entries.</param>
/// <param name="Publications">What is remembered about publications of their keys.</param>
/// <param name="Left">The left neighbour.</param>
/// <param name="Changes">What the left neighbour knows of the changes of these keys. A note.</param>
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
/// <param name="Entry">The object.</param>
/// <param name="Round">Which completion of its upload this is.</param>
/// <param name="At">When.</param>
/// <param name="Ticket">The ticket of a publication without a condition; null for every other. A note.</param>
[Named("object-added.1")]
public sealed record ObjectAdded(KeyEntry Entry, int Round, DateTimeOffset At, long? Ticket = null) : KeyLeafEvent;

/// <summary>A ticket was issued.</summary>
[Named("ticket-issued.1")]
public sealed record TicketIssued : KeyLeafEvent;

/// <summary>The object of a key was deleted, or a key without an object was, which only counts as a change of the key.</summary>
/// <param name="Key">The key.</param>
/// <param name="At">When.</param>
[Named("object-removed.1")]
public sealed record ObjectRemoved(ObjectKey Key, DateTimeOffset At) : KeyLeafEvent;

/// <summary>An upload has recorded its publication.</summary>
[Named("publication-settled.1")]
public sealed record PublicationSettled(UploadId Upload) : KeyLeafEvent;

/// <summary>The upload of an overwritten or deleted object knows of it.</summary>
[Named("object-release-delivered.1")]
public sealed record ObjectReleaseDelivered(UploadId Upload) : KeyLeafEvent;

/// <summary>A multipart upload is listed.</summary>
[Named("listed-upload-added.1")]
public sealed record ListedUploadAdded(KeyEntry Entry) : KeyLeafEvent;

/// <summary>A multipart upload is no longer listed.</summary>
[Named("listed-upload-removed.1")]
public sealed record ListedUploadRemoved(KeyPosition Position) : KeyLeafEvent;

/// <summary>The leaf began to move its upper positions to a new leaf. From now on it refuses them.</summary>
/// <param name="Number">The number of the split.</param>
/// <param name="At">The first position that moves.</param>
/// <param name="Right">The new leaf.</param>
[Named("split-begun.1")]
public sealed record SplitBegun(long Number, KeyPosition At, LeafName Right) : KeyLeafEvent;

/// <summary>The new leaf has adopted some of the entries.</summary>
/// <param name="Number">The number of the split.</param>
/// <param name="Sequence">Number of the message within the move.</param>
/// <param name="Next">The first position that is still to be moved, or null if all are moved.</param>
[Named("keys-moved.1")]
public sealed record KeysMoved(long Number, int Sequence, KeyPosition? Next) : KeyLeafEvent;

/// <summary>The routes know the leaf of a split.</summary>
[Named("route-delivered.1")]
public sealed record RouteDelivered(long Number) : KeyLeafEvent;

/// <summary>The leaf, which is empty, began to give its range to its left neighbour. It never owns a position again.</summary>
[Named("giving-begun.1")]
public sealed record GivingBegun : KeyLeafEvent;

/// <summary>The leaf took the range of its right neighbour, which was empty.</summary>
/// <param name="Upper">The first position that the leaf does not own now, or null.</param>
/// <param name="Right">The leaf that owns this position, or null.</param>
/// <param name="Publications">What the neighbour remembered about uploads.</param>
/// <param name="Changes">What the neighbour knew of the changes of its keys. A note.</param>
[Named("range-taken.1")]
public sealed record RangeTaken(
    KeyPosition? Upper,
    LeafName? Right,
    IReadOnlyList<Publication> Publications,
    KeyChanges? Changes = null) : KeyLeafEvent;

/// <summary>The leaf's range belongs to a leaf to its left.</summary>
/// <param name="Taker">The leaf that took it.</param>
[Named("range-given.1")]
public sealed record RangeGiven(LeafName Taker) : KeyLeafEvent;

/// <summary>The routes no longer name the leaf, which has given its range away.</summary>
[Named("route-withdrawn.1")]
public sealed record RouteWithdrawn : KeyLeafEvent;

/// <summary>The leaf takes no more entries, because its bucket is being deleted.</summary>
/// <param name="Step">The bucket's step.</param>
[Named("leaf-sealed.1")]
public sealed record LeafSealed(long Step = 0) : KeyLeafEvent;

/// <summary>The leaf takes entries again.</summary>
/// <param name="Step">The bucket's step.</param>
/// <param name="WasSealed">Whether it was sealed before.</param>
[Named("leaf-unsealed.1")]
public sealed record LeafUnsealed(long Step = 0, bool WasSealed = true) : KeyLeafEvent;

/// <summary>A whole leaf; occurs only in snapshots.</summary>
/// <param name="Leaf">The leaf.</param>
/// <param name="From">The smallest position that it owns.</param>
/// <param name="Upper">The first position that it does not own.</param>
/// <param name="Right">The leaf that owns this position.</param>
/// <param name="Phase">Whether it owns its positions.</param>
/// <param name="Adopted">The number of messages that it has adopted so far.</param>
/// <param name="Entries">The entries, in order.</param>
/// <param name="Publications">What is remembered about uploads: first what is not settled, then the settled ones, oldest
/// first.</param>
/// <param name="Releases">The objects whose uploads do not know yet that they were overwritten or deleted.</param>
/// <param name="Splits">The number of splits so far.</param>
/// <param name="Split">The split in progress, or null.</param>
/// <param name="SealStep">The newest step of the bucket that sealed or unsealed it.</param>
/// <param name="WasSealed">Whether this step unsealed it.</param>
/// <param name="Left">A leaf that is further left.</param>
/// <param name="Changes">What it knows of the changes of its keys, or null if there were none. A note.</param>
[Named("leaf-snapshot.1")]
public sealed record LeafSnapshot(
    LeafId Leaf,
    KeyPosition From,
    KeyPosition? Upper,
    LeafName? Right,
    LeafPhase Phase,
    int Adopted,
    IReadOnlyList<KeyEntry> Entries,
    IReadOnlyList<Publication> Publications,
    IReadOnlyList<PendingRelease> Releases,
    long Splits,
    LeafSplit? Split,
    long SealStep = 0,
    bool WasSealed = false,
    LeafName? Left = null,
    KeyChanges? Changes = null) : KeyLeafEvent;
