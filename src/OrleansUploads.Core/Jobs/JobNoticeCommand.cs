using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>Updates the vault's notification setting; sent by the vault.</summary>
/// <param name="Version">Version of the setting; a higher version replaces a lower one.</param>
/// <param name="Notifications">The setting, or null if it was cleared.</param>
public sealed record UpdateNotifications(long Version, VaultNotifications? Notifications)
    : JobsCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a topic's receiver has accepted the notice about a finished job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Topic">The topic.</param>
public sealed record ConfirmNoticeSent(JobId Job, string Topic) : JobsCommand, ICommand<Done>;
