namespace OrleansUploads.Core.Buckets;

/// <summary>Events of a bucket. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record BucketEvent
{
    private protected BucketEvent()
    {
    }
}

/// <summary>An account got the bucket.</summary>
/// <param name="Bucket">The new incarnation.</param>
/// <param name="Owner">The account.</param>
/// <param name="Claim">The account's claim.</param>
/// <param name="At">When.</param>
[Named("bucket-created.1")]
public sealed record BucketCreated(BucketIncarnation Bucket, AccountId Owner, long Claim, DateTimeOffset At) : BucketEvent;

/// <summary>The bucket began to seal its leaves.</summary>
[Named("bucket-sealing-begun.1")]
public sealed record BucketSealingBegun : BucketEvent;

/// <summary>A leaf is sealed.</summary>
/// <param name="Next">The next leaf.</param>
[Named("bucket-leaf-sealed.1")]
public sealed record BucketLeafSealed(LeafName Next) : BucketEvent;

/// <summary>A leaf is not empty, so the bucket is not deleted.</summary>
[Named("bucket-found-not-empty.1")]
public sealed record BucketFoundNotEmpty : BucketEvent;

/// <summary>A leaf is no longer sealed.</summary>
/// <param name="Next">The next leaf, or null if no further leaf was sealed.</param>
[Named("bucket-leaf-unsealed.1")]
public sealed record BucketLeafUnsealed(LeafName? Next) : BucketEvent;

/// <summary>All leaves are sealed, so the bucket is deleted.</summary>
[Named("bucket-deleted.1")]
public sealed record BucketDeleted : BucketEvent;

/// <summary>The former owner no longer lists a deleted incarnation.</summary>
[Named("bucket-removal-delivered.1")]
public sealed record BucketRemovalDelivered(BucketIncarnation Bucket) : BucketEvent;

/// <summary>A whole bucket; occurs only in snapshots.</summary>
/// <param name="Phase">Its phase.</param>
/// <param name="Bucket">The current or last incarnation.</param>
/// <param name="Owner">Its owner.</param>
/// <param name="Claim">The owner's claim.</param>
/// <param name="At">When it was created.</param>
/// <param name="Leaf">The leaf that is sealed or unsealed next, or null.</param>
/// <param name="Steps">The number of leaves sealed or unsealed so far.</param>
/// <param name="Deleted">Deleted incarnations that their former owners still list.</param>
[Named("bucket-snapshot.1")]
public sealed record BucketSnapshot(
    BucketPhase Phase,
    BucketIncarnation Bucket,
    AccountId Owner,
    long Claim,
    DateTimeOffset At,
    LeafName? Leaf,
    long Steps,
    IReadOnlyList<DeletedBucket> Deleted) : BucketEvent;
