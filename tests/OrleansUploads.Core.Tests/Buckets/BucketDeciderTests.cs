using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Tests.Buckets;

public sealed class BucketDeciderTests
{
    private static readonly AccountId Other = AccountId.TryParse("999988887777", out var id) ? id : default;

    private static readonly LeafName Second = LeafName.OfSplit(SomeObject.ObjectLeaf, 1);

    private readonly DeciderDriver<BucketState, BucketCommand, BucketEvent> _bucket = new(new BucketDecider());
    private readonly DeciderDriver<AccountState, AccountCommand, AccountEvent> _account = new(new AccountDecider());

    private BucketClaim Claim(AccountId account, long claim = 1) => _bucket.Ask(new ClaimBucket(SomeObject.BucketName, account, claim));

    private static LeafSealVerdict Empty(LeafName? right = null) => new(IsEmpty: true, right);

    private static LeafSealVerdict Full(LeafName? right = null) => new(IsEmpty: false, right);

    [Fact]
    public void A_name_belongs_to_the_account_that_claimed_it_first()
    {
        Assert.Equal(SomeObject.Description, Claim(Some.Account).Bucket);
        Assert.Null(Claim(Other).Bucket);
        Assert.Equal(SomeObject.Description, Claim(Some.Account, 2).Bucket);
        Assert.Equal(SomeObject.Description, _bucket.Ask(new FindBucket(SomeObject.BucketName)));
    }

    [Fact]
    public void A_bucket_is_deleted_once_all_leaves_are_sealed()
    {
        Claim(Some.Account);
        _bucket.Refused<ObjectRefusal.BucketOwnedByOther>(new DeleteBucket(SomeObject.BucketName, Other));
        var first = Assert.Single(_bucket.Do(new DeleteBucket(SomeObject.BucketName, Some.Account)).Intents);
        Assert.Equal(SomeObject.ObjectLeaf.Entity, ((TellEntity)first.Action).Receiver);
        var second = Assert.Single(_bucket.Do(new ConfirmLeafSealed(LeafName.First, Empty(Second))).Intents);
        Assert.Equal((SomeObject.ObjectLeaf with { Name = Second }).Entity, ((TellEntity)second.Action).Receiver);
        Assert.Equal(SomeObject.Description, _bucket.Ask(new FindBucket(SomeObject.BucketName)));

        var removal = Assert.Single(_bucket.Do(new ConfirmLeafSealed(Second, Empty())).Intents);
        Assert.Equal(new RemoveBucket(SomeObject.Bucket), ((TellEntity)removal.Action).Command);
        Assert.IsType<ObjectRefusal.BucketNotFound>(_bucket.Do(new FindBucket(SomeObject.BucketName)).Answer);
        _bucket.Do(new ConfirmBucketRemoved(SomeObject.Bucket));
        Assert.Empty(_bucket.Decider.Pending(_bucket.State));
    }

    [Fact]
    public void A_bucket_that_never_existed_cannot_be_deleted() =>
        _bucket.Refused<ObjectRefusal.BucketNotFound>(new DeleteBucket(SomeObject.BucketName, default));

    [Fact]
    public void If_a_leaf_is_not_empty_the_leaves_to_its_left_take_objects_again()
    {
        Claim(Some.Account);
        var seal = Assert.Single(_bucket.Do(new DeleteBucket(SomeObject.BucketName, Some.Account)).Intents);
        Assert.Equal(new ObjectRefusal.BucketNotEmpty(SomeObject.BucketName), seal.Settles!("Done", Full()));
        _bucket.Do(new ConfirmLeafSealed(LeafName.First, Empty(Second)));
        var unseal = Assert.Single(_bucket.Do(new ConfirmLeafSealed(Second, Full())).Intents);
        Assert.Equal(new UnsealLeaf(_bucket.State.Steps) { Leaf = SomeObject.ObjectLeaf }, ((TellEntity)unseal.Action).Command);
        Assert.IsType<ObjectRefusal.BucketNotEmpty>(_bucket.Do(new DeleteBucket(SomeObject.BucketName, Some.Account)).Answer);
        _bucket.Do(new ConfirmLeafUnsealed(LeafName.First, Empty(Second)));
        _bucket.Do(new ConfirmLeafUnsealed(Second, Full()));
        Assert.Equal(BucketPhase.Live, _bucket.State.Phase);
        Assert.Empty(_bucket.Decider.Pending(_bucket.State));
    }

    [Fact]
    public void A_verdict_of_an_earlier_deletion_is_ignored()
    {
        Claim(Some.Account);
        var first = Assert.Single(_bucket.Do(new DeleteBucket(SomeObject.BucketName, Some.Account)).Intents);
        _bucket.Do(new ConfirmLeafSealed(LeafName.First, Full()));
        _bucket.Do(new ConfirmLeafUnsealed(LeafName.First, Full()));
        _bucket.Do(new DeleteBucket(SomeObject.BucketName, Some.Account));

        var late = (BucketCommand)((ConfirmLeafSealed)first.Confirmation).Carrying(Empty());
        Assert.Empty(_bucket.Do(late).Events);
        Assert.Equal(BucketPhase.Sealing, _bucket.State.Phase);
    }

    [Fact]
    public void A_bucket_that_is_created_again_is_a_new_incarnation_and_late_claims_create_nothing()
    {
        Claim(Some.Account, 5);
        _bucket.Do(new DeleteBucket(SomeObject.BucketName, Some.Account));
        _bucket.Do(new ConfirmLeafSealed(LeafName.First, Empty()));
        Assert.Null(Claim(Some.Account, 5).Bucket);
        Assert.IsType<ObjectRefusal.BucketNotFound>(_bucket.Do(new FindBucket(SomeObject.BucketName)).Answer);
        Assert.Equal(2, Claim(Other).Bucket!.Bucket.Epoch);

        // The former owner still has to be told.
        Assert.Equal(Some.Account.Entity, ((TellEntity)Assert.Single(_bucket.Decider.Pending(_bucket.State)).Action).Receiver);
        var again = _bucket.Decider.Compact(_bucket.State).Aggregate(_bucket.Decider.Initial, _bucket.Decider.Evolve);
        Assert.Equivalent(_bucket.State, again, strict: true);
    }

    [Fact]
    public void The_deletion_of_a_bucket_is_answered_after_its_owner_knows_it()
    {
        Claim(Some.Account);
        _bucket.Do(new DeleteBucket(SomeObject.BucketName, Some.Account));
        var removal = Assert.Single(_bucket.Do(new ConfirmLeafSealed(LeafName.First, Empty())).Intents);
        foreach (BucketCommand command in (BucketCommand[])
            [new FindBucket(SomeObject.BucketName), new DeleteBucket(SomeObject.BucketName, Some.Account)])
        {
            var refused = _bucket.Do(command);
            Assert.IsType<ObjectRefusal.BucketNotFound>(refused.Answer);
            Assert.Equal(removal.Key, Assert.Single(refused.Intents).Key);
        }

        _bucket.Do((BucketCommand)removal.Confirmation);
        Assert.Empty(_bucket.Do(new FindBucket(SomeObject.BucketName)).Intents);
    }

    [Fact]
    public void An_account_lists_a_bucket_once_the_bucket_has_answered()
    {
        var claim = Assert.Single(_account.Do(new CreateBucket(Some.Account, SomeObject.BucketName)).Intents);
        Assert.Empty(_account.Ask(new ListBuckets("", 10)).Buckets);
        var waiting = new CreatedBucket(SomeObject.BucketName, Bucket: null, Existed: false);
        Assert.Equal(
            waiting with { Bucket = SomeObject.Description },
            claim.Settles!(waiting, new BucketClaim(SomeObject.Description)));
        Assert.Equal(
            new ObjectRefusal.BucketOwnedByOther(SomeObject.BucketName), claim.Settles!(waiting, new BucketClaim(Bucket: null)));

        _account.Do((AccountCommand)claim.ConfirmationOf(new BucketClaim(SomeObject.Description)));
        Assert.Equal([SomeObject.Description], _account.Ask(new ListBuckets("", 10)).Buckets);
        Assert.True(_account.Ask(new CreateBucket(Some.Account, SomeObject.BucketName)).Existed);
        var again = _account.Decider.Compact(_account.State).Aggregate(_account.Decider.Initial, _account.Decider.Evolve);
        Assert.Equivalent(_account.State, again, strict: true);

        _account.Do(new RemoveBucket(SomeObject.Bucket));
        Assert.Empty(_account.Ask(new ListBuckets("", 10)).Buckets);
    }

    [Fact]
    public void A_bucket_that_another_account_has_is_not_listed()
    {
        var claim = Assert.Single(_account.Do(new CreateBucket(Some.Account, SomeObject.BucketName)).Intents);
        _account.Do((AccountCommand)claim.ConfirmationOf(new BucketClaim(Bucket: null)));
        Assert.Empty(_account.State.Buckets);
    }
}
