using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Vaults;

/// <summary>Sets whom the vault tells of the end of its jobs; what was set before is replaced.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Notifications">What to set.</param>
public sealed record SetNotifications(VaultId Vault, VaultNotifications Notifications) : VaultCommand, ICommand<Done>;

/// <summary>Asks whom the vault tells of the end of its jobs.</summary>
public sealed record FindNotifications(VaultId Vault) : VaultCommand, ICommand<VaultNotifications>;

/// <summary>From now on the vault tells nobody; it is no error where it never did.</summary>
public sealed record ClearNotifications(VaultId Vault) : VaultCommand, ICommand<Done>;

/// <summary>Confirms that the vault's jobs know whom to tell.</summary>
/// <param name="Epoch">The vault's life.</param>
/// <param name="Version">Which of its settings.</param>
public sealed record ConfirmNotificationsTold(long Epoch, long Version) : VaultCommand, ICommand<Done>;
