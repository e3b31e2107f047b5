using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Keys;

/// <summary>An entry of an ordered index: what a listing shows of an object or of an upload in progress.</summary>
/// <param name="Key">The key, or the default value for an upload to a vault, which has none.</param>
/// <param name="Upload">The upload. In the index of objects it is the one that became the object.</param>
/// <param name="At">When the object was completed, or the upload was initiated.</param>
/// <param name="SizeBytes">The object's size, or null for an upload.</param>
/// <param name="ETag">The object's ETag, or null for an upload.</param>
/// <param name="Change">The change of the key that made the entry. A note.</param>
/// <param name="Checksum">The algorithm and type of the object's checksum, or of the one that the client chose for an
/// upload; null for an entry without a checksum, or if an earlier version wrote the entry.</param>
[Named("key-entry.1")]
public sealed record KeyEntry(
    ObjectKey Key,
    UploadId Upload,
    DateTimeOffset At,
    StorageClass StorageClass,
    long? SizeBytes = null,
    ObjectETag? ETag = null,
    KeyChange Change = default,
    ChosenChecksum? Checksum = null) : IAnswer
{
    /// <summary>What the listing of a vault shows of an upload; null for objects and their uploads.</summary>
    public ListedArchive? Archive { get; init; }

    public KeyPosition PositionIn(KeyTree tree) =>
        tree == KeyTree.Objects ? new KeyPosition(Key.ToString()) : new KeyPosition(Key.ToString(), At, Upload);
}

/// <summary>What the listing of a vault shows of an upload.</summary>
public sealed record ListedArchive(PartSize PartSize, Description Description, ByteStorage ByteStorage);

/// <summary>What a leaf remembers about an upload, so that a late or repeated message changes nothing.</summary>
/// <param name="Round">Which completion of the upload was published, or 0 if the upload was removed from the index of uploads.</param>
/// <param name="IsSettled">Whether no further message about it is expected.</param>
public sealed record Publication(KeyPosition Position, UploadId Upload, int Round, bool IsSettled);

/// <summary>Says when a request to publish an object began, in the order of the decisions of the key's leaf. Requests that
/// get their tickets between the same two decisions have the same number, unless their tickets are issued.</summary>
/// <param name="Number">Comparable with the numbers of changes and of other tickets.</param>
[Named("key-ticket.1")]
public sealed record KeyTicket(long Number) : IAnswer;

/// <summary>Entries of a leaf in order.</summary>
/// <param name="HasMore">Whether the leaf has more entries behind these.</param>
/// <param name="Upper">The first position that the leaf does not own, or null if it owns everything to the end.</param>
/// <param name="Right">The leaf that owns this position, or null.</param>
[Named("leaf-page.1")]
public sealed record LeafPage(IReadOnlyList<KeyEntry> Entries, bool HasMore, KeyPosition? Upper, LeafName? Right) : IAnswer;

/// <summary>The entries of a leaf, from a position on.</summary>
/// <param name="Bytes">The sizes of their objects together.</param>
/// <param name="Upper">The first position that the leaf does not have, or null if it has everything to the end.</param>
[Named("leaf-sum.1")]
public sealed record LeafSum(long Count, long Bytes, KeyPosition? Upper) : IAnswer;

/// <summary>What a leaf says when a bucket is to be deleted.</summary>
/// <param name="Right">Its right neighbour, or null if it is the last leaf.</param>
[Named("leaf-seal-verdict.1")]
public sealed record LeafSealVerdict(bool IsEmpty, LeafName? Right) : IAnswer;

/// <summary>What a key's leaf has decided about a publication.</summary>
public abstract record PublicationVerdict : IAnswer
{
    private PublicationVerdict()
    {
    }

    [Named("publication-published.1")]
    public sealed record Published : PublicationVerdict;

    /// <summary>The condition does not hold.</summary>
    /// <param name="Exists">Whether the key has an object.</param>
    [Named("publication-condition-failed.1")]
    public sealed record ConditionFailed(bool Exists) : PublicationVerdict;

    [Named("publication-bucket-deleted.1")]
    public sealed record BucketDeleted : PublicationVerdict;

    /// <summary>The object comes just before the object of a request that began later and was published first. It was never
    /// the current object of its key.</summary>
    /// <param name="At">When the leaf decided this.</param>
    [Named("publication-overwritten.1")]
    public sealed record Overwritten(DateTimeOffset At) : PublicationVerdict;

    /// <summary>The key was, or may have been, changed after the ticket of the publication was taken, and perhaps by a request that began
    /// later. Nothing was published, and nothing will ever be published with this ticket.</summary>
    [Named("publication-overtaken.1")]
    public sealed record Overtaken : PublicationVerdict;
}
