using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Core.Tests.Accounts;

public sealed class AccountDeciderTests
{
    private readonly DeciderDriver<AccountState, AccountCommand, AccountEvent> _account = new(new AccountDecider(archiveShards: Some.Incarnation.Shards));

    [Fact]
    public void Creating_a_vault_again_changes_nothing()
    {
        _account.Do(new CreateVault(Some.Vault));
        var again = _account.Do(new CreateVault(Some.Vault));
        Assert.Same(Done.Instance, again.Answer);
        Assert.Empty(again.Events);
    }

    [Fact]
    public void An_account_has_at_most_a_thousand_vaults()
    {
        for (var i = 1; i <= Limits.MaxVaultsPerAccount; i++)
        {
            Assert.Same(Done.Instance, _account.Do(new CreateVault(Some.VaultNamed($"v{i}"))).Answer);
        }

        _account.Refused<Refusal.TooManyVaults>(new CreateVault(Some.VaultNamed("one-more")));
        Assert.Same(Done.Instance, _account.Do(new CreateVault(Some.VaultNamed("v1"))).Answer);
    }

    [Fact]
    public void Vaults_are_listed_in_ascii_order_in_pages()
    {
        foreach (var name in new[] { "b", "a", "B", "_", "a1" })
        {
            _account.Do(new CreateVault(Some.VaultNamed(name)));
        }

        var first = _account.Ask(new ListVaults("", 3));
        var rest = _account.Ask(new ListVaults(first.Vaults[^1].Name.ToString(), 3));

        Assert.Equal(["B", "_", "a", "a1", "b"], first.Vaults.Concat(rest.Vaults).Select(vault => vault.Name.ToString()));
        Assert.True(first.HasMore);
        Assert.False(rest.HasMore);
    }

    [Fact]
    public void Each_incarnation_of_a_vault_has_its_own_epoch_and_a_late_removal_affects_only_that_epoch()
    {
        _account.Do(new CreateVault(Some.Vault));
        var first = _account.State.Vaults["photos"].Incarnation;
        _account.Do(new RemoveVault(first));
        _account.Do(new CreateVault(Some.Vault));
        var second = _account.State.Vaults["photos"].Incarnation;

        _account.Do(new RemoveVault(first));

        Assert.True(second.Epoch > first.Epoch);
        Assert.Equal(second, _account.State.Vaults["photos"].Incarnation);
    }

    [Fact]
    public void A_compacted_history_remembers_the_epochs_of_deleted_vaults()
    {
        _account.Do(new CreateVault(Some.Vault));
        _account.Do(new CreateVault(Some.VaultNamed("music")));
        _account.Do(new RemoveVault(_account.State.Vaults["music"].Incarnation));
        _account.Do(new ConfirmVaultBegun(new VaultIncarnation(Some.Vault, 1)));

        var rebuilt = _account.Decider.Compact(_account.State).Aggregate(_account.Decider.Initial, _account.Decider.Evolve);

        Assert.Equal(2, rebuilt.LastEpoch);
        Assert.Equal(_account.State.Vaults, rebuilt.Vaults);
    }
}
