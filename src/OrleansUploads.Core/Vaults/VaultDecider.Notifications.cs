using System.Globalization;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of notifications. The vault keeps the setting and tells its jobs, who know when one has finished.
/// </content>
public sealed partial class VaultDecider
{
    private static Decision<VaultEvent> Set(VaultState state, SetNotifications command) =>
        state is not VaultState.Live live ? NotFound(command.Vault)
        : live.Notifications.Notifications == command.Notifications ? Repeat(Done.Instance)
        : Change(live, command.Notifications);

    private static Decision<VaultEvent> Clear(VaultState state, ClearNotifications command) =>
        state is not VaultState.Live live ? NotFound(command.Vault)
        : live.Notifications.Notifications is null ? Repeat(Done.Instance)
        : Change(live, null);

    private static Decision<VaultEvent> Find(VaultState state, FindNotifications command) =>
        state is not VaultState.Live live ? NotFound(command.Vault)
        : live.Notifications.Notifications is { } set ? Reply(set)
        : Refuse(new Refusal.NotificationsNotSet(command.Vault));

    private static Decision<VaultEvent> Confirm(VaultState state, ConfirmNotificationsTold command) =>
        state is VaultState.Live { Notifications.Told: false } live
        && live.Life.Epoch == command.Epoch
        && live.Notifications.Version == command.Version
            ? Accept(new NotificationsTold(command.Version))
            : Nothing;

    private static Decision<VaultEvent> Change(VaultState.Live live, VaultNotifications? notifications)
    {
        var version = live.Notifications.Version + 1;
        return Accept(new NotificationsChanged(version, notifications))
            .Telling(TellJobs(live.Life, new NotificationSetting(version, notifications, Told: false)));
    }

    private static IEnumerable<Intent> PendingNotifications(VaultState.Live live) =>
        live.Notifications.Told ? [] : [TellJobs(live.Life, live.Notifications)];

    private static IEnumerable<VaultEvent> CompactNotifications(NotificationSetting setting)
    {
        if (setting.Version > 0)
        {
            yield return new NotificationsChanged(setting.Version, setting.Notifications);
            if (setting.Told)
            {
                yield return new NotificationsTold(setting.Version);
            }
        }
    }

    private static int CompactNotificationsCount(NotificationSetting setting) =>
        setting.Version == 0 ? 0 : setting.Told ? 2 : 1;

    private static Intent TellJobs(VaultLife life, NotificationSetting setting) => new(
        string.Create(CultureInfo.InvariantCulture, $"notifications/{life.Epoch}/{setting.Version}"),
        new IntentAction.Tell(life.Jobs, new TakeNotifications(setting.Version, setting.Notifications)),
        new ConfirmNotificationsTold(life.Epoch, setting.Version));
}
