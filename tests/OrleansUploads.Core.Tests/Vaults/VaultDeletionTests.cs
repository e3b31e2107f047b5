namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultDeletionTests : VaultDriver
{
    private static readonly DeleteVault Delete = new(Some.Vault);

    public VaultDeletionTests() => Given(Begin());

    [Fact]
    public void A_vault_without_archives_is_deleted_and_the_account_unregisters_it()
    {
        var deleted = Do(Delete);

        Assert.Same(Done.Instance, deleted.Answer);
        var removal = Assert.Single(deleted.Intents);
        Assert.Equal((Some.Account.Entity, true), (ReceiverOf(removal), removal.IsAwaited));
        Assert.Equal(new RemoveVault(Some.Incarnation), removal.Tells<RemoveVault>());
        Confirm(removal);
        Assert.Empty(Pending);
    }

    [Fact]
    public void Until_the_account_has_unregistered_a_deleted_vault_its_absence_is_not_told()
    {
        Given(Delete);
        Assert.True(Unchanged(new DescribeVault(Some.Vault)) is { Answer: Refusal.VaultNotFound, Awaits: AwaitedIntents.OwnAndEarlier });
    }

    [Fact]
    public void A_completion_that_reaches_the_vault_after_its_deletion_has_not_happened_and_one_before_holds_the_vault()
    {
        Assert.Same(AdditionVerdict.InVault, Do(Totals(1, 1)).Answer);
        Assert.Equal(1, Refused<Refusal.VaultNotEmpty>(Delete).Archives);
        Given(Totals(2, 0), Delete);
        var late = Totals(3, 1);
        Assert.Same(AdditionVerdict.Gone, Do(late).Answer);
        ConfirmAll();
        Given(Begin(epoch: 2));
        Assert.Same(AdditionVerdict.Gone, Do(late).Answer);
        Assert.Equal(0, Ask(new DescribeVault(Some.Vault)).Archives);
    }

    [Fact]
    public void Confirmations_of_an_earlier_incarnation_change_nothing()
    {
        Given(Delete);
        ConfirmAll();
        Given(Begin(epoch: 2));
        Unchanged(new ConfirmVaultRemoved(1));
        Given(Delete);
        Unchanged(new ConfirmVaultRemoved(1));
        Assert.Equal(2, Assert.Single(Pending).Tells<RemoveVault>().Incarnation.Epoch);
    }
}
