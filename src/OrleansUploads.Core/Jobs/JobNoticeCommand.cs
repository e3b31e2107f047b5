using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>Tells the jobs whom their vault wants to be told of their end; sent by the vault.</summary>
/// <param name="Version">Counts the vault's settings; the greater one is the newer truth.</param>
/// <param name="Notifications">The setting; null for nobody.</param>
public sealed record TakeNotifications(long Version, VaultNotifications? Notifications)
    : JobsCommand, ICommand<Done>, IBindingCommand;

/// <summary>Confirms that the receiver of a topic has the message of a job's end.</summary>
/// <param name="Job">The job.</param>
/// <param name="Topic">The topic.</param>
public sealed record ConfirmNoticeSent(JobId Job, string Topic) : JobsCommand, ICommand<Done>;
