namespace OrleansUploads.Core.Tests.Vaults;

/// <summary>The three states of a vault lock: none, in progress, locked.</summary>
public sealed class VaultLockTests : VaultDriver
{
    private static readonly LockId First = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 1));
    private static readonly LockId Second = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 2));
    private static readonly VaultPolicy P = Policy("p");
    private static readonly VaultPolicy Q = Policy("q");
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private static readonly InitiateLock InitiateFirst = new(Some.Vault, First, P);
    private static readonly InitiateLock InitiateSecond = new(Some.Vault, Second, Q);
    private static readonly FindLock Find = new(Some.Vault);
    private static readonly AbortLock Abort = new(Some.Vault);

    public VaultLockTests() => Given(Begin());

    private VaultPolicies InForce => Ask(new FindPolicies(Some.Vault));

    private static VaultPolicy Policy(string text) => new(text, "arn:aws:glacier:us-east-1:111122223333:vaults/photos");

    private static CompleteLock Complete(LockId id) => new(Some.Vault, id);

    private void AssertNothingHappens(VaultCommand command) => Assert.Same(Done.Instance, Unchanged(command).Answer);

    [Fact]
    public void Without_a_lock_get_and_complete_are_refused_and_abort_succeeds()
    {
        EachRefused<Refusal.LockNotFound>(Find, Complete(First), Complete(default));
        AssertNothingHappens(Abort);
        Assert.False(InForce.Any);
    }

    [Fact]
    public void A_lock_in_progress_is_enforced_and_another_is_refused()
    {
        var made = Ask(InitiateFirst);
        Assert.Equal(new VaultLock(First, P, Some.Noon, IsLocked: false), made);
        Assert.Equal(Some.Noon + Day, made.ExpiresAt);
        Assert.Equal(made, Ask(Find));
        Assert.Equal(P, InForce.Lock);
        Assert.Equal(made.ExpiresAt, Refused<Refusal.LockInProgress>(InitiateSecond).ExpiresAt);
        Refused<Refusal.LockInProgress>(InitiateFirst with { Policy = Q });
    }

    [Fact]
    public void A_repeated_lock_initiation_returns_the_first_answer()
    {
        var made = Ask(InitiateFirst);
        Now += TimeSpan.FromHours(1);
        Assert.Equal(made, Unchanged(InitiateFirst).Answer);
    }

    [Fact]
    public void A_lock_is_completed_only_with_its_own_ID()
    {
        Given(InitiateFirst);
        EachRefused<Refusal.LockIdDiffers>(Complete(Second), Complete(default));
        Assert.False(Ask(Find).IsLocked);
        Assert.Single(Do(Complete(First)).Events);
        Assert.Equal((true, null), (Ask(Find).IsLocked, Ask(Find).ExpiresAt));
    }

    [Fact]
    public void An_aborted_lock_is_gone_and_its_ID_stays_invalid()
    {
        Given(InitiateFirst);
        Assert.Single(Do(Abort).Events);
        AssertNothingHappens(Abort);
        Assert.False(InForce.Any);
        Refused<Refusal.LockNotFound>(Complete(First));
        Given(InitiateSecond);
        Refused<Refusal.LockIdDiffers>(Complete(First));
        Assert.Equal(Q, InForce.Lock);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    [InlineData(24 * 36_500)]
    public void No_later_command_unlocks_a_locked_vault(int hoursLater)
    {
        Given(InitiateFirst, Complete(First));
        Now = Some.Noon + TimeSpan.FromHours(hoursLater);
        EachRefused<Refusal.VaultLocked>(InitiateFirst, InitiateSecond, Complete(Second), Complete(default), Abort);
        AssertNothingHappens(Complete(First));
        Assert.Equal(P, InForce.Lock);
        Assert.Null(WakeAt);
        Assert.Empty(Wake().Events);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Promise("operations.md", "a vault lock in progress expires (24 h)")]
    public void A_lock_in_progress_expires_after_exactly_24_hours(bool woken)
    {
        Given(InitiateFirst);
        var end = Some.Noon + Day;
        Assert.Equal(end, WakeAt);
        Now = end - Tick;
        Assert.Empty(Wake().Events);
        Assert.Equal(P, InForce.Lock);
        Refused<Refusal.LockInProgress>(InitiateSecond);

        Now = end;
        if (woken)
        {
            Assert.Single(Wake().Events);
            Assert.Null(WakeAt);
        }

        Assert.False(InForce.Any);
        EachRefused<Refusal.LockNotFound>(Find, Complete(First));
        AssertNothingHappens(Abort);
        Assert.Equal(end, Ask(InitiateSecond).CreatedAt);
        Refused<Refusal.LockIdDiffers>(Complete(First));
    }

    [Fact]
    public void A_lock_can_be_completed_until_its_last_moment()
    {
        Given(InitiateFirst);
        Now += Day - Tick;
        Given(Complete(First));
        Now += Day;
        Assert.True(Ask(Find).IsLocked);
    }

    [Fact]
    public void An_access_policy_can_be_replaced_and_deleted_beside_a_lock_and_repetitions_change_nothing()
    {
        Refused<Refusal.AccessPolicyNotFound>(new FindAccessPolicy(Some.Vault));
        AssertNothingHappens(new DeleteAccessPolicy(Some.Vault));
        Given(new SetAccessPolicy(Some.Vault, P));
        AssertNothingHappens(new SetAccessPolicy(Some.Vault, P));
        Given(new SetAccessPolicy(Some.Vault, Q), InitiateFirst);
        Assert.Equal(Q, Ask(new FindAccessPolicy(Some.Vault)));
        Assert.Equal((Q, P), (InForce.Access, InForce.Lock));
        Given(new DeleteAccessPolicy(Some.Vault));
        Assert.Equal((null, P), (InForce.Access, InForce.Lock));
    }

    [Fact]
    public void Tags_are_provided_only_if_a_policy_may_use_them()
    {
        Given(new AddTags(Some.Vault, new Dictionary<string, string> { ["a"] = "1" }));
        Assert.Empty(InForce.Tags);
        Given(new SetAccessPolicy(Some.Vault, P));
        Assert.Equal("1", InForce.Tags["a"]);
        Assert.Equal("1", Ask(new FindPoliciesForDeletion(Some.Vault)).Tags["a"]);
    }

    [Fact]
    public void A_missing_vault_and_a_new_incarnation_have_no_policies_and_no_lock()
    {
        Given(InitiateFirst, Complete(First), new SetAccessPolicy(Some.Vault, P), new DeleteVault(Some.Vault));
        EachRefused<Refusal.VaultNotFound>(
            new FindPolicies(Some.Vault),
            new FindPoliciesForDeletion(Some.Vault),
            new SetAccessPolicy(Some.Vault, P),
            new FindAccessPolicy(Some.Vault),
            new DeleteAccessPolicy(Some.Vault),
            InitiateFirst,
            Find,
            Complete(First),
            Abort);
        Given(Begin(epoch: 2));
        Assert.False(InForce.Any);
        Refused<Refusal.LockNotFound>(Complete(First));
    }
}
