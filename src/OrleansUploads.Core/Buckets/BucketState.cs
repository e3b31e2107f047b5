namespace OrleansUploads.Core.Buckets;

/// <summary>The phases of a bucket. The values are stored: never change them.</summary>
public enum BucketPhase
{
    /// <summary>The bucket does not exist.</summary>
    None = 0,

    /// <summary>The bucket exists.</summary>
    Live = 1,

    /// <summary>The bucket seals its leaves from left to right, to be deleted if all of them are empty.</summary>
    Sealing = 2,

    /// <summary>A leaf was not empty, so the bucket unseals its leaves from left to right.</summary>
    Unsealing = 3,
}

/// <summary>The state of a bucket.</summary>
public sealed record BucketState
{
    /// <summary>A bucket that never existed.</summary>
    public static BucketState Empty { get; } = new();

    /// <summary>Its phase.</summary>
    public BucketPhase Phase { get; init; }

    /// <summary>The current incarnation, or the last one if the bucket does not exist.</summary>
    public BucketIncarnation Incarnation { get; init; }

    /// <summary>The account that owns the incarnation.</summary>
    public AccountId Owner { get; init; }

    /// <summary>The claim with which the account created it. Earlier claims are late messages.</summary>
    public long Claim { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The leaf that is sealed or unsealed next.</summary>
    public LeafName Leaf { get; init; }

    /// <summary>The number of leaves sealed or unsealed so far, in all deletions. It tells intents apart.</summary>
    public long Steps { get; init; }

    /// <summary>Deleted incarnations that their former owners still list.</summary>
    public ImmutableList<DeletedBucket> Deleted { get; init; } = [];
}

/// <summary>A deleted incarnation.</summary>
/// <param name="Bucket">The incarnation.</param>
/// <param name="Owner">The account that owned it.</param>
public sealed record DeletedBucket(BucketIncarnation Bucket, AccountId Owner);
