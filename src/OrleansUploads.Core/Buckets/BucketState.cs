using System.Text.Json.Serialization;

namespace OrleansUploads.Core.Buckets;

/// <summary>The phases of a bucket. The values are stored: never change them.</summary>
public enum BucketPhase
{
    None = 0,

    Live = 1,

    /// <summary>The bucket seals its leaves from left to right, to be deleted if all of them are empty.</summary>
    Sealing = 2,

    /// <summary>A leaf was not empty, so the bucket unseals its leaves from left to right.</summary>
    Unsealing = 3,
}

[Named("bucket-state.1")]
public sealed record BucketState
{
    public static BucketState Empty { get; } = new();

    public BucketPhase Phase { get; init; }

    /// <summary>The current incarnation, or the last one if the bucket does not exist.</summary>
    public BucketIncarnation Incarnation { get; init; }

    public AccountId Owner { get; init; }

    /// <summary>The claim with which the account created it. Earlier claims are late messages.</summary>
    public long Claim { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The leaf that is sealed or unsealed next.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public LeafName Leaf { get; init; }

    /// <summary>The number of leaves sealed or unsealed so far, in all deletions. It tells intents apart.</summary>
    public long Steps { get; init; }

    /// <summary>Deleted incarnations that their former owners still list.</summary>
    public ImmutableList<DeletedBucket> Deleted { get; init; } = [];
}

public sealed record DeletedBucket(BucketIncarnation Bucket, AccountId Owner);

/// <summary>Events of a bucket. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record BucketEvent
{
    private protected BucketEvent()
    {
    }
}

/// <summary>An account got the bucket.</summary>
[Named("bucket-created.1")]
public sealed record BucketCreated(BucketIncarnation Bucket, AccountId Owner, long Claim, DateTimeOffset At) : BucketEvent;

[Named("bucket-sealing-begun.1")]
public sealed record BucketSealingBegun : BucketEvent;

[Named("bucket-leaf-sealed.1")]
public sealed record BucketLeafSealed(LeafName Next) : BucketEvent;

/// <summary>A leaf was not empty, so the bucket is not deleted.</summary>
[Named("bucket-found-not-empty.1")]
public sealed record BucketFoundNotEmpty : BucketEvent;

/// <summary>A leaf is no longer sealed.</summary>
/// <param name="Next">Null if no further leaf was sealed.</param>
[Named("bucket-leaf-unsealed.1")]
public sealed record BucketLeafUnsealed(LeafName? Next) : BucketEvent;

/// <summary>The bucket was deleted: all its leaves are sealed.</summary>
[Named("bucket-deleted.1")]
public sealed record BucketDeleted : BucketEvent;

/// <summary>The former owner no longer lists a deleted incarnation.</summary>
[Named("bucket-removal-delivered.1")]
public sealed record BucketRemovalDelivered(BucketIncarnation Bucket) : BucketEvent;
