using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Buckets;

public abstract record BucketCommand : ICommand
{
    private protected BucketCommand()
    {
    }
}

/// <summary>Creates the bucket for an account, unless another account has it; sent by the account.</summary>
/// <param name="Claim">A number that the account raises with each of its claims.</param>
[Named("claim-bucket.1")]
public sealed record ClaimBucket(BucketName Bucket, AccountId Account, long Claim)
    : BucketCommand, ICommand<BucketClaim>, IRequiresFreshState;

/// <summary>Asks for the bucket. Every request to it asks first, to learn its incarnation and its owner.</summary>
[Named("find-bucket.1")]
public record FindBucket(BucketName Bucket) : BucketCommand, ICommand<BucketDescription>;

/// <summary>Asks for the bucket of an object. The answer may be outdated: the leaves of a deleted incarnation have no objects and take
/// none, and its uploads end.</summary>
[Named("find-bucket-for-object.1")]
public sealed record FindBucketForObject(BucketName Bucket) : FindBucket(Bucket), IAsksForAdvice;

/// <summary>Deletes the bucket if it has no objects. Uploads in progress do not matter.</summary>
/// <param name="Account">The caller's account.</param>
[Named("delete-bucket.1")]
public sealed record DeleteBucket(BucketName Bucket, AccountId Account) : BucketCommand, ICommand<Done>;

/// <summary>Confirms that a leaf is sealed, or that it has entries.</summary>
public sealed record ConfirmLeafSealed(long Step, LeafSealVerdict Verdict) : BucketCommand, ICommand<Done>;

/// <summary>Confirms that a leaf takes entries again.</summary>
public sealed record ConfirmLeafUnsealed(long Step, LeafSealVerdict Verdict) : BucketCommand, ICommand<Done>;

/// <summary>The former owner no longer lists the incarnation.</summary>
public sealed record ConfirmBucketRemoved(BucketIncarnation Bucket) : BucketCommand, ICommand<Done>;

[Named("bucket-description.1")]
public sealed record BucketDescription(BucketIncarnation Bucket, AccountId Owner, DateTimeOffset CreatedAt) : IAnswer;

/// <summary>What a bucket answers to an account that wants it.</summary>
/// <param name="Bucket">Null if another account has it.</param>
[Named("bucket-claim.1")]
public sealed record BucketClaim(BucketDescription? Bucket) : IAnswer;
