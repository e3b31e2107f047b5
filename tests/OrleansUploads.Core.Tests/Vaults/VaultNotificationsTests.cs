using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultNotificationsTests
{
    private static readonly VaultNotifications Both =
        new("arn:both", NotifiedJobs.ArchiveRetrievals | NotifiedJobs.InventoryRetrievals);

    private static readonly VaultNotifications Archives = new("arn:archives", NotifiedJobs.ArchiveRetrievals);

    private readonly DeciderDriver<VaultState, VaultCommand, VaultEvent> _vault = new(new VaultDecider());

    private void Begin(long epoch = 1) => _vault.Do(new BeginVault(Some.Incarnation with { Epoch = epoch }, Some.Noon));

    [Fact]
    public void A_setting_replaces_the_previous_one_and_is_sent_to_the_jobs_of_this_incarnation()
    {
        Begin();
        _vault.Do(new SetNotifications(Some.Vault, Archives));
        var decision = _vault.Do(new SetNotifications(Some.Vault, Both));

        Assert.Equal(Both, _vault.Ask(new FindNotifications(Some.Vault)));
        var sent = Assert.IsType<TellEntity>(Assert.Single(decision.Intents).Action);
        Assert.Equal(Some.Incarnation.Jobs, sent.Receiver);
        Assert.Equal(new UpdateNotifications(2, Both), sent.Command);
    }

    [Fact]
    public void A_cleared_setting_is_sent_too_and_a_repetition_waits_for_the_first()
    {
        Begin();
        _vault.Refused<Refusal.NotificationsNotSet>(new FindNotifications(Some.Vault));
        _vault.Do(new SetNotifications(Some.Vault, Both));
        Assert.True(_vault.Do(new SetNotifications(Some.Vault, Both)) is { Events.IsEmpty: true, AwaitsPending: true });
        var cleared = _vault.Do(new ClearNotifications(Some.Vault));
        Assert.True(_vault.Do(new ClearNotifications(Some.Vault)) is { Events.IsEmpty: true, AwaitsPending: true });

        _vault.Refused<Refusal.NotificationsNotSet>(new FindNotifications(Some.Vault));
        var sent = Assert.IsType<TellEntity>(Assert.Single(cleared.Intents).Action);
        Assert.Equal(new UpdateNotifications(2, null), sent.Command);
    }

    [Fact]
    public void Only_the_newest_setting_is_pending_and_only_its_own_confirmation_settles_it()
    {
        Begin();
        _vault.Do(new SetNotifications(Some.Vault, Archives));
        _vault.Do(new SetNotifications(Some.Vault, Both));
        Assert.Empty(_vault.Do(new ConfirmNotificationsDelivered(1, 1)).Events);
        Assert.Empty(_vault.Do(new ConfirmNotificationsDelivered(2, 2)).Events);
        Assert.Single(_vault.Decider.Pending(_vault.State));
        _vault.Do(new ConfirmNotificationsDelivered(1, 2));
        Assert.Empty(_vault.Decider.Pending(_vault.State));
    }

    [Fact]
    public void A_missing_vault_and_a_new_incarnation_have_no_setting()
    {
        _vault.Refused<Refusal.VaultNotFound>(new SetNotifications(Some.Vault, Both));
        _vault.Refused<Refusal.VaultNotFound>(new ClearNotifications(Some.Vault));
        Begin();
        _vault.Do(new SetNotifications(Some.Vault, Both));
        _vault.Do(new DeleteVault(Some.Vault));
        _vault.Refused<Refusal.VaultNotFound>(new FindNotifications(Some.Vault));
        Begin(epoch: 2);
        _vault.Refused<Refusal.NotificationsNotSet>(new FindNotifications(Some.Vault));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_compacted_history_keeps_the_setting_and_whether_it_was_sent(bool sent)
    {
        Begin();
        _vault.Do(new SetNotifications(Some.Vault, Both));
        _vault.Do(new ClearNotifications(Some.Vault));
        if (sent)
        {
            _vault.ConfirmAll();
        }

        var compacted = _vault.Decider.Compact(_vault.State).ToList();
        Assert.Equal(_vault.Decider.CompactCount(_vault.State), compacted.Count);
        var rebuilt = (VaultState.Live)compacted.Aggregate(_vault.Decider.Initial, _vault.Decider.Evolve);
        Assert.Equal(new NotificationSetting(2, null, sent), rebuilt.Notifications);
    }
}
