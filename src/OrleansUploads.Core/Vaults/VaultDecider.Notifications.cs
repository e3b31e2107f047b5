using System.Globalization;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of notifications. The vault stores the setting and delivers it to its jobs, which know when a job has
/// finished.</content>
public sealed partial class VaultDecider
{
    private static Decision<VaultEvent> SetNotifications(VaultState state, SetNotifications command) =>
        state is not VaultState.Live live ? NotFound(command.Vault)
        : live.Notifications.Notifications == command.Notifications ? Repeat(Done.Instance)
        : ChangeNotifications(live, command.Notifications);

    private static Decision<VaultEvent> ClearNotifications(VaultState state, ClearNotifications command) =>
        state is not VaultState.Live live ? NotFound(command.Vault)
        : live.Notifications.Notifications is null ? Repeat(Done.Instance)
        : ChangeNotifications(live, null);

    private static Decision<VaultEvent> FindNotifications(VaultState state, FindNotifications command) =>
        state is not VaultState.Live live ? NotFound(command.Vault)
        : live.Notifications.Notifications is { } setting ? Reply(setting)
        : Refuse(new Refusal.NotificationsNotSet(command.Vault));

    private static Decision<VaultEvent> ConfirmNotificationsDelivered(VaultState state, ConfirmNotificationsDelivered command) =>
        state is VaultState.Live { Notifications.Delivered: false } live
        && live.Incarnation.Epoch == command.Epoch
        && live.Notifications.Version == command.Version
            ? Accept(new NotificationsDelivered(command.Version))
            : Nothing;

    private static Decision<VaultEvent> ChangeNotifications(VaultState.Live live, VaultNotifications? notifications)
    {
        var version = live.Notifications.Version + 1;
        return Accept(new NotificationsChanged(version, notifications))
            .Telling(TellJobs(live.Incarnation, new NotificationSetting(version, notifications, Delivered: false)));
    }

    private static IEnumerable<Intent> PendingNotifications(VaultState.Live live) =>
        live.Notifications.Delivered ? [] : [TellJobs(live.Incarnation, live.Notifications)];

    private static IEnumerable<VaultEvent> CompactNotifications(NotificationSetting setting)
    {
        if (setting.Version > 0)
        {
            yield return new NotificationsChanged(setting.Version, setting.Notifications);
            if (setting.Delivered)
            {
                yield return new NotificationsDelivered(setting.Version);
            }
        }
    }

    private static int CompactNotificationsCount(NotificationSetting setting) =>
        setting.Version == 0 ? 0 : setting.Delivered ? 2 : 1;

    private static Intent TellJobs(VaultIncarnation vault, NotificationSetting setting) => new(
        string.Create(CultureInfo.InvariantCulture, $"notifications/{vault.Epoch}/{setting.Version}"),
        new TellEntity(vault.Jobs, new UpdateNotifications(setting.Version, setting.Notifications)),
        new ConfirmNotificationsDelivered(vault.Epoch, setting.Version));
}
