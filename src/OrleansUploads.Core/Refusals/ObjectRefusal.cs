using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Refusals;

/// <summary>Why a command about buckets, keys or objects was refused. The vault API never gets these refusals.</summary>
public abstract record ObjectRefusal : Refusal
{
    private ObjectRefusal()
    {
    }

    [Named("refused-bucket-not-found.1")]
    public sealed record BucketNotFound(BucketName Bucket) : ObjectRefusal;

    [Named("refused-bucket-owned-by-other.1")]
    public sealed record BucketOwnedByOther(BucketName Bucket) : ObjectRefusal;

    [Named("refused-bucket-not-empty.1")]
    public sealed record BucketNotEmpty(BucketName Bucket) : ObjectRefusal;

    [Named("refused-too-many-buckets.1")]
    public sealed record TooManyBuckets(AccountId Account, int Limit) : ObjectRefusal;

    [Named("refused-key-not-found.1")]
    public sealed record KeyNotFound : ObjectRefusal;

    /// <summary>The condition of the request does not hold.</summary>
    /// <param name="Exists">Whether the key has an object.</param>
    [Named("refused-precondition-failed.1")]
    public sealed record PreconditionFailed(bool Exists) : ObjectRefusal;

    /// <summary>The upload is being completed and takes nothing until the completion is decided. Ask again.</summary>
    [Named("refused-upload-completing.1")]
    public sealed record UploadCompleting : ObjectRefusal;

    /// <summary>The key was, or may have been, changed since the request took its ticket, so nothing was published. The upload is as it was
    /// before the completion. Ask again with a new ticket, if the request still wants an answer.</summary>
    [Named("refused-key-changed.1")]
    public sealed record KeyChanged : ObjectRefusal;

    /// <summary>The upload was already completed with another list of parts.</summary>
    [Named("refused-completed-otherwise.1")]
    public sealed record CompletedOtherwise(ObjectETag ETag) : ObjectRefusal;

    [Named("refused-part-number-invalid.1")]
    public sealed record PartNumberInvalid(int Number) : ObjectRefusal;

    [Named("refused-numbered-part-too-large.1")]
    public sealed record NumberedPartTooLarge(int Number, long LengthBytes, long LimitBytes) : ObjectRefusal;

    /// <summary>The named parts are not in ascending order.</summary>
    /// <param name="Number">The first number that is not greater than the one before it.</param>
    [Named("refused-parts-not-in-order.1")]
    public sealed record PartsNotInOrder(int Number) : ObjectRefusal;

    /// <summary>A named part was not uploaded, or has another ETag or checksum.</summary>
    [Named("refused-named-part-differs.1")]
    public sealed record NamedPartDiffers(int Number) : ObjectRefusal;

    /// <summary>A part was stored, but its bytes have since been lost.</summary>
    [Named("refused-numbered-part-lost.1")]
    public sealed record NumberedPartLost(int Number) : ObjectRefusal;

    /// <summary>A part that is not the last one is shorter than <see cref="ObjectLimits.MinPartBytes"/>.</summary>
    [Named("refused-numbered-part-too-short.1")]
    public sealed record NumberedPartTooShort(int Number, long LengthBytes, long MinBytes, Md5Digest Md5) : ObjectRefusal;

    /// <summary>The bytes of this attempt may have been collected as abandoned. Send them again.</summary>
    [Named("refused-numbered-attempt-collected.1")]
    public sealed record NumberedAttemptCollected(int Number) : ObjectRefusal;

    [Named("refused-md5-differs.1")]
    public sealed record Md5Differs(Md5Digest Stated, Md5Digest Computed) : ObjectRefusal;

    /// <summary>The received bytes, or the object, do not have the stated checksum.</summary>
    [Named("refused-checksum-differs.1")]
    public sealed record ChecksumDiffers(Checksum Stated, Checksum Computed) : ObjectRefusal;

    [Named("refused-checksum-of-other-algorithm.1")]
    public sealed record ChecksumOfOtherAlgorithm(ChecksumAlgorithm Expected) : ObjectRefusal;

    [Named("refused-checksum-of-other-type.1")]
    public sealed record ChecksumOfOtherType(ChecksumType Stated, ChecksumType Actual) : ObjectRefusal;

    [Named("refused-not-restored.1")]
    public sealed record NotRestored(StorageClass StorageClass) : ObjectRefusal;

    [Named("refused-object-stored-externally.1")]
    public sealed record ObjectStoredExternally : ObjectRefusal;

    /// <summary>Objects of this storage class need no restore, or have no such tier.</summary>
    [Named("refused-restore-not-offered.1")]
    public sealed record RestoreNotOffered(StorageClass StorageClass, RetrievalTier Tier) : ObjectRefusal;

    /// <summary>A restore cannot last so many days.</summary>
    [Named("refused-restore-days-invalid.1")]
    public sealed record RestoreDaysInvalid(int Days, int LimitDays) : ObjectRefusal;

    [Named("refused-restore-in-progress.1")]
    public sealed record RestoreInProgress : ObjectRefusal;

    /// <summary>Another leaf has the position. Inside the engine only.</summary>
    /// <param name="From">The smallest position that the other leaf owns.</param>
    /// <param name="Leaf">The other leaf, or one to its left.</param>
    [Named("refused-position-moved.1")]
    public sealed record PositionMoved(KeyPosition From, LeafName Leaf) : ObjectRefusal;

    /// <summary>The leaf has not adopted its entries yet, or never existed. Inside the engine only.</summary>
    [Named("refused-leaf-not-ready.1")]
    public sealed record LeafNotReady : ObjectRefusal;

    /// <summary>The bucket is being deleted or was deleted; ask it which. Inside the engine only.</summary>
    [Named("refused-leaf-is-sealed.1")]
    public sealed record LeafIsSealed : ObjectRefusal;
}
