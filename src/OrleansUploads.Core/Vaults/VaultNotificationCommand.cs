using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>Sets the vault's job notifications, replacing the previous setting.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Notifications">The new setting.</param>
public sealed record SetNotifications(VaultId Vault, VaultNotifications Notifications) : VaultCommand, ICommand<Done>;

/// <summary>Returns the vault's job notifications.</summary>
public sealed record FindNotifications(VaultId Vault) : VaultCommand, ICommand<VaultNotifications>;

/// <summary>Clears the vault's job notifications. Succeeds even if none are set.</summary>
public sealed record ClearNotifications(VaultId Vault) : VaultCommand, ICommand<Done>;

/// <summary>Confirms that a notification setting was delivered to the vault's jobs.</summary>
/// <param name="Epoch">Epoch of the vault's incarnation.</param>
/// <param name="Version">Version of the setting.</param>
public sealed record ConfirmNotificationsDelivered(long Epoch, long Version) : VaultCommand, ICommand<Done>;
