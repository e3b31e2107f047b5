using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Accounts;

/// <summary>Creates a bucket. Names are global, so the bucket decides whether the account gets it. Creating a bucket that the account
/// already has returns it unchanged.</summary>
/// <param name="Account">The account.</param>
/// <param name="Bucket">The bucket.</param>
public sealed record CreateBucket(AccountId Account, BucketName Bucket) : AccountCommand, ICommand<CreatedBucket>;

/// <summary>Lists the account's buckets by name.</summary>
/// <param name="After">Lists only buckets after this name; empty to start at the beginning.</param>
/// <param name="Limit">Maximum number of buckets to list; at least 1.</param>
/// <param name="Prefix">Lists only buckets whose names begin with it; null for all.</param>
public sealed record ListBuckets(string After, int Limit, string? Prefix = null) : AccountCommand, ICommand<BucketsPage>;

/// <summary>Stops listing a deleted bucket; sent by the bucket.</summary>
public sealed record RemoveBucket(BucketIncarnation Bucket) : AccountCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a bucket has answered a claim.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Claim">The claim.</param>
/// <param name="Verdict">What it answered; null before it has.</param>
public sealed record ConfirmBucketClaim(BucketName Bucket, long Claim, BucketClaim? Verdict = null)
    : AccountCommand, ICommand<Done>, IVerdictConfirmation
{
    /// <inheritdoc/>
    public ICommand Carrying(object verdict) => this with { Verdict = (BucketClaim)verdict };
}

/// <summary>The answer to the creation of a bucket.</summary>
/// <param name="Name">The bucket's name.</param>
/// <param name="Bucket">The bucket; never null in an answer that a caller gets.</param>
/// <param name="Existed">Whether the account had it before.</param>
public sealed record CreatedBucket(BucketName Name, BucketDescription? Bucket, bool Existed);

/// <summary>A page of an account's buckets.</summary>
/// <param name="Buckets">The buckets, by name.</param>
/// <param name="HasMore">Whether more buckets follow.</param>
public sealed record BucketsPage(IReadOnlyList<BucketDescription> Buckets, bool HasMore);
