using System.Globalization;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Accounts;

/// <content>The rules of an account's buckets. Names are global, so the account claims a name and the bucket decides.</content>
public sealed partial class AccountDecider
{
    private static Decision<AccountEvent> CreateBucket(AccountState state, CreateBucket command)
    {
        if (state.Buckets.TryGetValue(command.Bucket.ToString(), out var known))
        {
            return Repeat(new CreatedBucket(command.Bucket, known.Bucket, Existed: known.Bucket is not null));
        }

        if (state.Buckets.Count >= ObjectLimits.MaxBucketsPerAccount)
        {
            return Refuse(new ObjectRefusal.TooManyBuckets(command.Account, ObjectLimits.MaxBucketsPerAccount));
        }

        var claimed = new BucketClaimed(command.Bucket, command.Account, state.LastEpoch + 1);
        return Accept(new CreatedBucket(command.Bucket, Bucket: null, Existed: false), claimed)
            .Telling(ClaimBucket(Evolve(state, claimed).Buckets[command.Bucket.ToString()]));
    }

    /// <summary>Lists buckets. A bucket that another account may have is left out until it has answered.</summary>
    private static Decision<AccountEvent> ListBuckets(AccountState state, ListBuckets command)
    {
        var listed = new List<BucketDescription>();
        foreach (var (name, bucket) in state.Buckets)
        {
            if (bucket.Bucket is not { } found
                || string.CompareOrdinal(name, command.After) <= 0
                || !name.StartsWith(command.Prefix ?? "", StringComparison.Ordinal))
            {
                continue;
            }

            if (listed.Count == command.Limit)
            {
                return Reply(new BucketsPage(listed, HasMore: true));
            }

            listed.Add(found);
        }

        return Reply(new BucketsPage(listed, HasMore: false));
    }

    private static Decision<AccountEvent> RemoveBucket(AccountState state, RemoveBucket command) =>
        state.Buckets.TryGetValue(command.Bucket.Name.ToString(), out var listed) && listed.Bucket?.Bucket == command.Bucket
            ? Accept(new BucketUnregistered(command.Bucket.Name))
            : Nothing;

    private static Decision<AccountEvent> BucketAnswered(AccountState state, ConfirmBucketClaim command)
    {
        if (command.Verdict is not { } verdict
            || !state.Buckets.TryGetValue(command.Bucket.ToString(), out var listed)
            || listed.Claim != command.Claim
            || listed.Bucket is not null)
        {
            return Nothing;
        }

        return Accept(verdict.Bucket is { } bucket ? new BucketConfirmed(bucket) : new BucketUnregistered(command.Bucket));
    }

    private static AccountState Evolve(AccountState state, BucketClaimed happened) => state with
    {
        LastEpoch = happened.Claim,
        Buckets = state.Buckets.SetItem(
            happened.Bucket.ToString(),
            new AccountBucket(happened.Bucket, happened.Account, happened.Claim, Bucket: null)),
    };

    private static AccountState Evolve(AccountState state, BucketConfirmed happened) =>
        state.Buckets.TryGetValue(happened.Bucket.Bucket.Name.ToString(), out var listed)
            ? state with
            {
                Buckets = state.Buckets.SetItem(listed.Name.ToString(), listed with { Bucket = happened.Bucket }),
            }
            : state;

    private static IEnumerable<AccountEvent> CompactBuckets(AccountState state)
    {
        foreach (var bucket in state.Buckets.Values)
        {
            yield return new BucketClaimed(bucket.Name, bucket.Account, bucket.Claim);
            if (bucket.Bucket is { } found)
            {
                yield return new BucketConfirmed(found);
            }
        }
    }

    private static Intent ClaimBucket(AccountBucket wanted) => new(
        string.Create(CultureInfo.InvariantCulture, $"claim/{wanted.Claim}"),
        new TellEntity(wanted.Name.Entity, new ClaimBucket(wanted.Name, wanted.Account, wanted.Claim)),
        new ConfirmBucketClaim(wanted.Name, wanted.Claim))
    {
        Settles = (answer, verdict) => answer is CreatedBucket created && created.Name == wanted.Name
            ? ((BucketClaim)verdict).Bucket is { } bucket
                ? created with { Bucket = bucket }
                : new ObjectRefusal.BucketOwnedByOther(wanted.Name)
            : answer,
    };
}
