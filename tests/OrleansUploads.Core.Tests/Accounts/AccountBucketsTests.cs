using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Core.Tests.Accounts;

/// <summary>The buckets of an account. Their names are global, so the account claims each one and lists it when the bucket has answered.</summary>
public sealed class AccountBucketsTests()
    : DeciderDriver<AccountState, AccountCommand, AccountEvent>(new AccountDecider(archiveShards: Some.Incarnation.Shards))
{
    private static readonly BucketName Photos = SomeObject.BucketNamed("photos");

    [Fact]
    public void Buckets_are_listed_by_name_in_pages_of_those_with_a_prefix()
    {
        foreach (var name in new[] { "b-2", "a-1", "b-1", "b-3" })
        {
            Claimed(SomeObject.BucketNamed(name), epoch: 1);
        }

        Assert.Equal(["b-1", "b-2"], Listed("", limit: 2, "b-", hasMore: true));
        Assert.Equal(["b-3"], Listed("b-2", limit: 2, "b-", hasMore: false));
        Assert.Equal(["a-1", "b-1", "b-2", "b-3"], Listed());
    }

    [Fact]
    public void A_bucket_is_listed_when_it_has_answered_unless_another_account_has_it()
    {
        var claim = Claim(Photos);
        Assert.Empty(Listed());
        Given(new ConfirmBucketClaim(Photos, claim, new BucketClaim(Bucket: null)));
        Assert.Empty(Listed());
        Assert.False(Ask(new CreateBucket(Some.Account, Photos)).Existed);
    }

    [Fact]
    public void A_late_removal_affects_only_that_life_of_the_bucket()
    {
        var first = Claimed(Photos, epoch: 1);
        Given(new RemoveBucket(first));
        var second = Claimed(Photos, epoch: 2);
        Given(new RemoveBucket(first));
        Assert.Equal(["photos"], Listed());
        Given(new RemoveBucket(second));
        Assert.Empty(Listed());
    }

    [Fact]
    public void An_account_has_at_most_a_thousand_buckets()
    {
        Given([.. Enumerable.Range(1, ObjectLimits.MaxBucketsPerAccount).Select(i => new CreateBucket(Some.Account, SomeObject.BucketNamed($"b{i:D4}")))]);
        Refused<ObjectRefusal.TooManyBuckets>(new CreateBucket(Some.Account, Photos));
        Assert.False(Ask(new CreateBucket(Some.Account, SomeObject.BucketNamed("b0001"))).Existed);
    }

    [Fact]
    public void Later_claims_and_vaults_have_greater_numbers()
    {
        var first = Claim(Photos);
        Given(new CreateVault(Some.Vault));
        var second = Claim(SomeObject.BucketNamed("videos"));
        var epoch = State.Vaults[Some.Vault.Name.ToString()].Incarnation.Epoch;
        Assert.True(first < epoch && epoch < second);
    }

    [Fact]
    public void A_late_answer_to_an_earlier_claim_changes_nothing()
    {
        var first = Claim(Photos);
        var taken = new BucketClaim(Bucket: null);
        Given(new ConfirmBucketClaim(Photos, first, taken));
        var second = Claim(Photos);
        Unchanged(new ConfirmBucketClaim(Photos, first, taken));
        Given(new ConfirmBucketClaim(Photos, second, Mine(Photos, epoch: 1)));
        Unchanged(new ConfirmBucketClaim(Photos, second, taken));
        Assert.Equal(["photos"], Listed());
    }

    private static BucketClaim Mine(BucketName name, long epoch) =>
        new(new BucketDescription(new BucketIncarnation(name, epoch), Some.Account, Some.Noon));

    private long Claim(BucketName name) => Raised(new CreateBucket(Some.Account, name)).Tells<ClaimBucket>().Claim;

    private BucketIncarnation Claimed(BucketName name, long epoch)
    {
        Given(new ConfirmBucketClaim(name, Claim(name), Mine(name, epoch)));
        return new BucketIncarnation(name, epoch);
    }

    private IEnumerable<string> Listed(string after = "", int limit = 9, string? prefix = null, bool hasMore = false)
    {
        var page = Ask(new ListBuckets(after, limit, prefix));
        Assert.Equal(hasMore, page.HasMore);
        return page.Buckets.Select(bucket => bucket.Bucket.Name.ToString());
    }
}
