using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Vaults;

/// <summary>The three states of a vault lock: none, in progress, locked.</summary>
public sealed class VaultLockTests
{
    private static readonly LockId First = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 1));
    private static readonly LockId Second = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 2));
    private static readonly VaultPolicy P = Policy("p");
    private static readonly VaultPolicy Q = Policy("q");
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly DeciderDriver<VaultState, VaultCommand, VaultEvent> _vault = new(new VaultDecider());

    public VaultLockTests() => _vault.Do(new BeginVault(Some.Incarnation, Some.Noon));

    private static VaultPolicy Policy(string text) => new(text, "arn:aws:glacier:us-east-1:111122223333:vaults/photos");

    private static CompleteLock Complete(LockId id) => new(Some.Vault, id);

    private VaultLock Initiate(LockId id, VaultPolicy? policy = null) => _vault.Ask(new InitiateLock(Some.Vault, id, policy ?? P));

    private VaultPolicies InForce() => _vault.Ask(new FindPolicies(Some.Vault));

    [Fact]
    public void Without_a_lock_get_and_complete_are_refused_and_abort_succeeds()
    {
        _vault.Refused<Refusal.LockNotFound>(new FindLock(Some.Vault));
        _vault.Refused<Refusal.LockNotFound>(Complete(First));
        _vault.Refused<Refusal.LockNotFound>(Complete(default));
        AssertNothingHappens(new AbortLock(Some.Vault));
        Assert.False(InForce().Any);
    }

    [Fact]
    public void A_lock_in_progress_is_enforced_and_another_is_refused()
    {
        var made = Initiate(First);
        Assert.Equal(new VaultLock(First, P, Some.Noon, IsLocked: false), made);
        Assert.Equal(Some.Noon + TimeSpan.FromHours(24), made.ExpiresAt);
        Assert.Equal(made, _vault.Ask(new FindLock(Some.Vault)));
        Assert.Equal(P, InForce().Lock);
        var refused = _vault.Refused<Refusal.LockInProgress>(new InitiateLock(Some.Vault, Second, Q));
        Assert.Equal(made.ExpiresAt, refused.ExpiresAt);
        _vault.Refused<Refusal.LockInProgress>(new InitiateLock(Some.Vault, First, Q));
    }

    [Fact]
    public void A_repeated_lock_initiation_returns_the_first_answer()
    {
        var made = Initiate(First);
        _vault.Now += TimeSpan.FromHours(1);
        Assert.Equal(made, Initiate(First));
        Assert.Equal(2, _vault.History.Count);
    }

    [Fact]
    public void A_lock_is_completed_only_with_its_own_ID()
    {
        Initiate(First);
        _vault.Refused<Refusal.LockIdDiffers>(Complete(Second));
        _vault.Refused<Refusal.LockIdDiffers>(Complete(default));
        Assert.False(_vault.Ask(new FindLock(Some.Vault)).IsLocked);
        Assert.Single(_vault.Do(Complete(First)).Events);
        var held = _vault.Ask(new FindLock(Some.Vault));
        Assert.Equal((true, null), (held.IsLocked, held.ExpiresAt));
    }

    [Fact]
    public void An_aborted_lock_is_gone_and_its_ID_stays_invalid()
    {
        Initiate(First);
        Assert.Single(_vault.Do(new AbortLock(Some.Vault)).Events);
        AssertNothingHappens(new AbortLock(Some.Vault));
        Assert.False(InForce().Any);
        _vault.Refused<Refusal.LockNotFound>(Complete(First));
        Initiate(Second, Q);
        _vault.Refused<Refusal.LockIdDiffers>(Complete(First));
        Assert.Equal(Q, InForce().Lock);
    }

    [Fact]
    public void No_later_command_unlocks_a_locked_vault()
    {
        Initiate(First);
        _vault.Do(Complete(First));
        foreach (var later in new[] { TimeSpan.Zero, TimeSpan.FromHours(24), TimeSpan.FromDays(36_500) })
        {
            _vault.Now = Some.Noon + later;
            _vault.Refused<Refusal.VaultLocked>(new InitiateLock(Some.Vault, First, P));
            _vault.Refused<Refusal.VaultLocked>(new InitiateLock(Some.Vault, Second, Q));
            _vault.Refused<Refusal.VaultLocked>(Complete(Second));
            _vault.Refused<Refusal.VaultLocked>(Complete(default));
            _vault.Refused<Refusal.VaultLocked>(new AbortLock(Some.Vault));
            AssertNothingHappens(Complete(First));
            Assert.Equal(P, InForce().Lock);
            Assert.Null(_vault.Decider.WakeAt(_vault.State));
            Assert.Empty(_vault.Wake().Events);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lock_in_progress_expires_after_exactly_24_hours(bool woken)
    {
        Initiate(First);
        var end = Some.Noon + TimeSpan.FromHours(24);
        Assert.Equal(end, _vault.Decider.WakeAt(_vault.State));

        _vault.Now = end - Tick;
        Assert.Empty(_vault.Wake().Events);
        Assert.Equal(P, InForce().Lock);
        _vault.Refused<Refusal.LockInProgress>(new InitiateLock(Some.Vault, Second, Q));

        _vault.Now = end;
        if (woken)
        {
            Assert.Single(_vault.Wake().Events);
            Assert.Null(_vault.Decider.WakeAt(_vault.State));
        }

        Assert.False(InForce().Any);
        _vault.Refused<Refusal.LockNotFound>(new FindLock(Some.Vault));
        _vault.Refused<Refusal.LockNotFound>(Complete(First));
        AssertNothingHappens(new AbortLock(Some.Vault));
        Assert.Equal(end, Initiate(Second, Q).CreatedAt);
        _vault.Refused<Refusal.LockIdDiffers>(Complete(First));
    }

    [Fact]
    public void A_lock_can_be_completed_until_its_last_moment()
    {
        Initiate(First);
        _vault.Now += TimeSpan.FromHours(24) - Tick;
        _vault.Do(Complete(First));
        _vault.Now += TimeSpan.FromDays(1);
        Assert.True(_vault.Ask(new FindLock(Some.Vault)).IsLocked);
    }

    [Fact]
    public void An_access_policy_can_be_replaced_and_deleted_beside_a_lock_and_repetitions_change_nothing()
    {
        _vault.Refused<Refusal.AccessPolicyNotFound>(new FindAccessPolicy(Some.Vault));
        AssertNothingHappens(new DeleteAccessPolicy(Some.Vault));
        _vault.Do(new SetAccessPolicy(Some.Vault, P));
        AssertNothingHappens(new SetAccessPolicy(Some.Vault, P));
        _vault.Do(new SetAccessPolicy(Some.Vault, Q));
        Initiate(First, P);
        Assert.Equal(Q, _vault.Ask(new FindAccessPolicy(Some.Vault)));
        Assert.Equal((Q, P), (InForce().Access, InForce().Lock));
        _vault.Do(new DeleteAccessPolicy(Some.Vault));
        Assert.Equal((null, P), (InForce().Access, InForce().Lock));
    }

    [Fact]
    public void Tags_are_provided_only_if_a_policy_may_use_them()
    {
        _vault.Do(new AddTags(Some.Vault, new Dictionary<string, string> { ["a"] = "1" }));
        Assert.Empty(InForce().Tags);
        _vault.Do(new SetAccessPolicy(Some.Vault, P));
        Assert.Equal("1", InForce().Tags["a"]);
        Assert.Equal("1", _vault.Ask(new FindPoliciesForDeletion(Some.Vault)).Tags["a"]);
    }

    [Fact]
    public void A_missing_vault_and_a_new_incarnation_have_no_policies_and_no_lock()
    {
        Initiate(First);
        _vault.Do(Complete(First));
        _vault.Do(new SetAccessPolicy(Some.Vault, P));
        _vault.Do(new DeleteVault(Some.Vault));
        VaultCommand[] commands =
        [
            new FindPolicies(Some.Vault), new FindPoliciesForDeletion(Some.Vault), new SetAccessPolicy(Some.Vault, P),
            new FindAccessPolicy(Some.Vault), new DeleteAccessPolicy(Some.Vault), new InitiateLock(Some.Vault, First, P),
            new FindLock(Some.Vault), Complete(First), new AbortLock(Some.Vault),
        ];
        Assert.All(commands, command => _vault.Refused<Refusal.VaultNotFound>(command));
        _vault.Do(new BeginVault(Some.Incarnation with { Epoch = 2 }, Some.Noon));
        Assert.False(InForce().Any);
        _vault.Refused<Refusal.LockNotFound>(Complete(First));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_compacted_history_keeps_the_policies(bool initiated, bool completed)
    {
        _vault.Do(new SetAccessPolicy(Some.Vault, P));
        if (initiated)
        {
            Initiate(First);
        }

        if (completed)
        {
            _vault.Do(Complete(First));
        }

        var compacted = _vault.Decider.Compact(_vault.State).ToList();
        Assert.Equal(_vault.Decider.CompactCount(_vault.State), compacted.Count);
        var state = Assert.IsType<VaultState.Live>(_vault.State);
        var rebuilt = Assert.IsType<VaultState.Live>(compacted.Aggregate(_vault.Decider.Initial, _vault.Decider.Evolve));
        Assert.Equal((state.Protection.AccessPolicy, state.Protection.Lock), (rebuilt.Protection.AccessPolicy, rebuilt.Protection.Lock));
    }

    private void AssertNothingHappens(VaultCommand command)
    {
        var decision = _vault.Do(command);
        Assert.Empty(decision.Events);
        Assert.Same(Done.Instance, decision.Answer);
    }
}
