namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultNotificationsTests : VaultDriver
{
    private static readonly VaultNotifications Archives = new("arn:archives", NotifiedJobs.ArchiveRetrievals);
    private static readonly VaultNotifications Both =
        new("arn:both", NotifiedJobs.ArchiveRetrievals | NotifiedJobs.InventoryRetrievals);

    private static readonly SetNotifications SetArchives = new(Some.Vault, Archives);
    private static readonly SetNotifications SetBoth = new(Some.Vault, Both);
    private static readonly ClearNotifications Clear = new(Some.Vault);
    private static readonly FindNotifications Find = new(Some.Vault);

    [Fact]
    public void A_setting_replaces_the_previous_one_and_is_sent_to_the_jobs_of_this_incarnation()
    {
        Given(Begin(), SetArchives);
        var sent = Raised(SetBoth);
        Assert.Equal(Both, Ask(Find));
        Assert.Equal(Some.Incarnation.Jobs, ReceiverOf(sent));
        Assert.Equal(new UpdateNotifications(2, Both), sent.Tells<UpdateNotifications>());
    }

    [Fact]
    public void A_cleared_setting_is_sent_too_and_a_repetition_waits_for_the_first()
    {
        Given(Begin());
        Refused<Refusal.NotificationsNotSet>(Find);
        Given(SetBoth);
        Assert.Equal(AwaitedIntents.OwnAndEarlier, Unchanged(SetBoth).Awaits);
        Assert.Equal(new UpdateNotifications(2, null), Raised(Clear).Tells<UpdateNotifications>());
        Assert.Equal(AwaitedIntents.OwnAndEarlier, Unchanged(Clear).Awaits);
        Refused<Refusal.NotificationsNotSet>(Find);
    }

    [Fact]
    public void Only_the_newest_setting_is_pending_and_only_its_own_confirmation_settles_it()
    {
        Given(Begin(), SetArchives, SetBoth);
        Unchanged(new ConfirmNotificationsDelivered(1, 1));
        Unchanged(new ConfirmNotificationsDelivered(2, 2));
        Assert.Single(Pending);
        Given(new ConfirmNotificationsDelivered(1, 2));
        Assert.Empty(Pending);
    }

    [Fact]
    public void A_missing_vault_and_a_new_incarnation_have_no_setting()
    {
        EachRefused<Refusal.VaultNotFound>(SetBoth, Clear);
        Given(Begin(), SetBoth, new DeleteVault(Some.Vault));
        Refused<Refusal.VaultNotFound>(Find);
        Given(Begin(epoch: 2));
        Refused<Refusal.NotificationsNotSet>(Find);
    }
}
