using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Core.Tests.Buckets;

public sealed class BucketDeciderTests() : DeciderDriver<BucketState, BucketCommand, BucketEvent>(new BucketDecider())
{
    private static readonly AccountId Other = AccountId.TryParse("999988887777", out var id) ? id : default;
    private static readonly LeafName Second = LeafName.OfSplit(SomeObject.ObjectLeaf, 1);
    private static readonly LeafName Third = LeafName.OfSplit(SomeObject.ObjectLeaf, 2);
    private static readonly DeleteBucket Delete = new(SomeObject.BucketName, Some.Account);
    private static readonly CreateBucket Create = new(Some.Account, SomeObject.BucketName);
    private static readonly FindBucket Find = new(SomeObject.BucketName);

    private readonly DeciderDriver<AccountState, AccountCommand, AccountEvent> _account = new(new AccountDecider());

    private IReadOnlyList<BucketDescription> Listed => _account.Ask(new ListBuckets("", 10)).Buckets;

    private BucketClaim Claim(AccountId account, long claim = 1) => Ask(new ClaimBucket(SomeObject.BucketName, account, claim));

    private ConfirmLeafSealed Sealed(LeafSealVerdict verdict) => new(State.Steps, verdict);

    private ConfirmLeafUnsealed Unsealed(LeafSealVerdict verdict) => new(State.Steps, verdict);

    private static LeafSealVerdict Empty(LeafName? right = null) => new(IsEmpty: true, right);

    private static LeafSealVerdict Full(LeafName? right = null) => new(IsEmpty: false, right);

    [Fact]
    public void A_name_belongs_to_the_account_that_claimed_it_first()
    {
        Assert.Equal(SomeObject.Description, Claim(Some.Account).Bucket);
        Assert.Null(Claim(Other).Bucket);
        Assert.Equal(SomeObject.Description, Claim(Some.Account, 2).Bucket);
        Assert.Equal(SomeObject.Description, Ask(Find));
    }

    [Fact]
    public void A_bucket_is_deleted_once_all_leaves_are_sealed()
    {
        Claim(Some.Account);
        Refused<ObjectRefusal.BucketOwnedByOther>(new DeleteBucket(SomeObject.BucketName, Other));
        var first = Raised(Delete);
        Assert.Equal(SomeObject.ObjectLeaf.Entity, first.Does<TellEntity>().Receiver);
        var second = Raised(Sealed(Empty(Second)));
        Assert.Equal((SomeObject.ObjectLeaf with { Name = Second }).Entity, second.Does<TellEntity>().Receiver);
        Assert.Equal(SomeObject.Description, Ask(Find));

        var removal = Raised(Sealed(Empty()));
        Assert.Equal(new RemoveBucket(SomeObject.Bucket), removal.Tells<RemoveBucket>());
        Answered<ObjectRefusal.BucketNotFound>(Find);
        Given(new ConfirmBucketRemoved(SomeObject.Bucket));
        Assert.Empty(Pending);
    }

    [Fact]
    public void A_bucket_that_never_existed_cannot_be_deleted() =>
        Refused<ObjectRefusal.BucketNotFound>(new DeleteBucket(SomeObject.BucketName, default));

    [Fact]
    public void If_a_leaf_is_not_empty_the_leaves_to_its_left_take_objects_again()
    {
        Claim(Some.Account);
        var seal = Raised(Delete);
        Assert.Equal(new ObjectRefusal.BucketNotEmpty(SomeObject.BucketName), seal.Revises!(Done.Instance, Full()));
        Given(Sealed(Empty(Second)));
        var unseal = Raised(Sealed(Full()));
        Assert.Equal(new UnsealLeaf(State.Steps) { Leaf = SomeObject.ObjectLeaf }, unseal.Tells<UnsealLeaf>());
        Assert.Equal([unseal.Key], Pending.Select(static intent => intent.Key));
        Answered<ObjectRefusal.BucketNotEmpty>(Delete);
        var next = Assert.Single(Confirm(unseal, Empty(Second)).Intents);
        Assert.Equal((SomeObject.ObjectLeaf with { Name = Second }).Entity, next.Does<TellEntity>().Receiver);
        Assert.Empty(Confirm(unseal, Empty(Second)).Events);

        // The leaves to the right of one that has entries were never sealed.
        Assert.Empty(Confirm(next, Full(Third)).Intents);
        Assert.Equal(BucketPhase.Live, State.Phase);
        Assert.Empty(Pending);
    }

    [Fact]
    public void A_verdict_of_an_earlier_step_or_deletion_is_ignored()
    {
        Claim(Some.Account);
        var first = Raised(Delete);
        Given(Sealed(Full()));
        Unchanged(Sealed(Empty()));
        Given(Unsealed(Full()));
        Unchanged(Unsealed(Empty()));
        Given(Delete);

        Assert.Empty(Confirm(first, Empty()).Events);
        Assert.Equal(BucketPhase.Sealing, State.Phase);
    }

    [Fact]
    public void A_bucket_that_is_created_again_is_a_new_incarnation_and_late_claims_create_nothing()
    {
        Claim(Some.Account, 5);
        Given(Delete);
        Given(Sealed(Empty()));
        Assert.Null(Claim(Some.Account, 5).Bucket);
        Answered<ObjectRefusal.BucketNotFound>(Find);
        Assert.Equal(2, Claim(Other).Bucket!.Bucket.Epoch);

        // The former owner still has to be told.
        Assert.Equal(Some.Account.Entity, Assert.Single(Pending).Does<TellEntity>().Receiver);
    }

    [Fact]
    public void The_deletion_of_a_bucket_is_answered_after_its_owner_knows_it()
    {
        Claim(Some.Account);
        Given(Delete);
        var removal = Raised(Sealed(Empty()));
        foreach (var command in (BucketCommand[])[Find, Delete])
        {
            var refused = Do(command);
            Assert.IsType<ObjectRefusal.BucketNotFound>(refused.Answer);
            Assert.Equal(removal.Key, Assert.Single(refused.Intents).Key);
        }

        Confirm(removal);
        Assert.Empty(Do(Find).Intents);
    }

    [Fact]
    public void An_account_lists_a_bucket_once_the_bucket_has_answered()
    {
        var claim = _account.Raised(Create);
        Assert.Empty(Listed);
        var waiting = new CreatedBucket(SomeObject.BucketName, Bucket: null, Existed: false);
        Assert.Equal(
            waiting with { Bucket = SomeObject.Description },
            claim.Revises!(waiting, new BucketClaim(SomeObject.Description)));
        Assert.Equal(
            new ObjectRefusal.BucketOwnedByOther(SomeObject.BucketName), claim.Revises!(waiting, new BucketClaim(Bucket: null)));

        _account.Confirm(claim, new BucketClaim(SomeObject.Description));
        Assert.Equal([SomeObject.Description], Listed);
        Assert.True(_account.Ask(Create).Existed);
        _account.AssertSnapshotIsComplete();
        _account.Do(new RemoveBucket(SomeObject.Bucket));
        Assert.Empty(Listed);
    }

    [Fact]
    public void A_bucket_that_another_account_has_is_not_listed()
    {
        var claim = _account.Raised(Create);
        _account.Confirm(claim, new BucketClaim(Bucket: null));
        Assert.Empty(_account.State.Buckets);
    }
}
