using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Core.Vaults;

/// <summary>A vault's notification setting and whether it was delivered.</summary>
/// <param name="Version">Version of the setting within this incarnation; 0 before the first.</param>
/// <param name="Notifications">The setting, or null.</param>
/// <param name="Delivered">Whether the setting was delivered to the vault's jobs.</param>
public sealed record NotificationSetting(long Version, VaultNotifications? Notifications, bool Delivered)
{
    /// <summary>No setting exists yet.</summary>
    public static NotificationSetting Never { get; } = new(0, null, Delivered: true);
}

/// <summary>The rules of notifications. The vault stores the setting and delivers it to its jobs, which know when a job has
/// finished.</summary>
internal sealed class VaultNotificationRules : Rules<VaultEvent>
{
    /// <summary>Decides a command of the incarnation.</summary>
    public static Decision<VaultEvent> Decide(
        NotificationSetting state, VaultIncarnation vault, VaultNotificationCommand command) => command switch
        {
            SetNotifications c => Change(state, vault, c.Notifications),
            ClearNotifications => Change(state, vault, null),
            FindNotifications c => state.Notifications is { } setting ? Reply(setting) : Refuse(new Refusal.NotificationsNotSet(c.Vault)),
            ConfirmNotificationsDelivered c => !state.Delivered && state.Version == c.Version
                ? Accept(new NotificationsDelivered(c.Version))
                : Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <summary>The state after an event.</summary>
    public static NotificationSetting Evolve(NotificationSetting state, VaultNotificationEvent happened) => happened switch
    {
        NotificationsChanged e => new NotificationSetting(e.Version, e.Notifications, Delivered: false),
        NotificationsDelivered => state with { Delivered = true },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    /// <summary>The intents that are not confirmed.</summary>
    public static IEnumerable<Intent> Pending(NotificationSetting state, VaultIncarnation vault) =>
        state.Delivered ? [] : [TellJobs(vault, state)];

    private static Decision<VaultEvent> Change(NotificationSetting state, VaultIncarnation vault, VaultNotifications? notifications)
    {
        if (state.Notifications == notifications)
        {
            return Repeat(Done.Instance);
        }

        var changed = new NotificationsChanged(state.Version + 1, notifications);
        return Accept(changed).Raising(TellJobs(vault, Evolve(state, changed)));
    }

    private static Intent TellJobs(VaultIncarnation vault, NotificationSetting setting) => new(
        string.Create(CultureInfo.InvariantCulture, $"notifications/{vault.Epoch}/{setting.Version}"),
        new TellEntity(vault.Jobs, new UpdateNotifications(setting.Version, setting.Notifications)),
        new ConfirmNotificationsDelivered(vault.Epoch, setting.Version));
}
