namespace OrleansUploads.Core.Tests.Accounts;

public sealed class AccountDeciderTests()
    : DeciderDriver<AccountState, AccountCommand, AccountEvent>(new AccountDecider(archiveShards: Some.Incarnation.Shards))
{
    private static CreateVault Create(string name = "photos") => new(Some.VaultNamed(name));

    private VaultIncarnation Incarnation(string name = "photos") => State.Vaults[name].Incarnation;

    [Fact]
    public void Creating_a_vault_again_changes_nothing()
    {
        Given(Create(), new ConfirmVaultBegun(new VaultIncarnation(Some.Vault, 1)));
        Assert.Same(Done.Instance, Unchanged(Create()).Answer);
    }

    [Fact]
    public void A_vault_is_begun_until_it_has_answered()
    {
        Given(Create("a"), Create("b"));
        var toB = Pending.Last();
        Confirm(Pending.First());
        Assert.Equal([toB.Key], Pending.Select(static intent => intent.Key));
        ConfirmAll();
        Assert.Empty(Pending);
        Unchanged(new ConfirmVaultBegun(Incarnation("a")));
    }

    [Fact]
    public void An_account_has_at_most_a_thousand_vaults()
    {
        for (var i = 1; i <= Limits.MaxVaultsPerAccount; i++)
        {
            Assert.Same(Done.Instance, Do(Create($"v{i}")).Answer);
        }

        Refused<Refusal.TooManyVaults>(Create("one-more"));
        Assert.Same(Done.Instance, Do(Create("v1")).Answer);
    }

    [Fact]
    public void Vaults_are_listed_in_ascii_order_in_pages()
    {
        Given(Create("b"), Create("a"), Create("B"), Create("_"), Create("a1"));
        var first = Ask(new ListVaults("", 3));
        var rest = Ask(new ListVaults(first.Vaults[^1].Name.ToString(), 3));

        Assert.Equal(["B", "_", "a", "a1", "b"], first.Vaults.Concat(rest.Vaults).Select(vault => vault.Name.ToString()));
        Assert.True(first.HasMore);
        Assert.False(rest.HasMore);
    }

    [Fact]
    public void Each_incarnation_of_a_vault_has_its_own_epoch_and_a_late_removal_affects_only_that_epoch()
    {
        Given(Create());
        var first = Incarnation();
        Given(new RemoveVault(first), Create());
        var second = Incarnation();

        Given(new RemoveVault(first));

        Assert.True(second.Epoch > first.Epoch);
        Assert.Equal(second, Incarnation());
        Given(new RemoveVault(second));
        Assert.Equal(second.Epoch, Rebuilt().LastEpoch);
    }
}
