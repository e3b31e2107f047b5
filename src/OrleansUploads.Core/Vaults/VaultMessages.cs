using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Vaults;

public abstract record VaultCommand : ICommand
{
    private protected VaultCommand()
    {
    }
}

/// <summary>A command that names its vault. It is refused if the vault does not exist.</summary>
internal interface IAddressesVault
{
    VaultId Vault { get; }
}

/// <summary>A message about one incarnation of the vault. It is ignored if the vault has another one.</summary>
internal interface IAboutIncarnation
{
    long Epoch { get; }
}

/// <summary>A command about job notifications.</summary>
public abstract record VaultNotificationCommand : VaultCommand
{
    private protected VaultNotificationCommand()
    {
    }
}

/// <summary>Begins an incarnation of the vault; sent by its account.</summary>
[Named("begin-vault.1")]
public sealed record BeginVault(VaultIncarnation Incarnation, DateTimeOffset CreatedAt) : VaultCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Returns the vault's description.</summary>
[Named("describe-vault.1")]
public sealed record DescribeVault(VaultId Vault) : VaultCommand, ICommand<VaultDescription>, IAddressesVault;

/// <summary>Returns a snapshot of the latest inventory, and takes the inventory first if it is due.</summary>
[Named("take-inventory-snapshot.1")]
public sealed record TakeInventorySnapshot(VaultId Vault) : VaultCommand, ICommand<InventorySnapshot>, IAddressesVault;

/// <summary>Returns the vault's tags.</summary>
[Named("list-tags.1")]
public sealed record ListTags(VaultId Vault) : VaultPolicyCommand, ICommand<VaultTags>, IAddressesVault;

/// <summary>Adds tags. A tag with an existing key replaces that key's value.</summary>
/// <param name="Tags">Tag values by key, both valid according to <see cref="TagText"/>.</param>
[Named("add-tags.1")]
public sealed record AddTags(VaultId Vault, IReadOnlyDictionary<string, string> Tags) : VaultPolicyCommand, ICommand<Done>, IAddressesVault;

/// <summary>Removes tags. Unknown keys are ignored.</summary>
[Named("remove-tags.1")]
public sealed record RemoveTags(VaultId Vault, IReadOnlyList<string> Keys) : VaultPolicyCommand, ICommand<Done>, IAddressesVault;

/// <summary>Deletes the vault if it has no archives. Its uploads in progress can be reached no more, and expire.</summary>
[Named("delete-vault.1")]
public sealed record DeleteVault(VaultId Vault) : VaultCommand, ICommand<Done>, IAddressesVault;

/// <summary>Records the totals of a shard of the vault's index; sent by the shard.</summary>
/// <param name="Epoch">Epoch of the vault's incarnation that the shard belongs to.</param>
/// <param name="Totals">The shard's totals.</param>
[Named("record-archives.1")]
public sealed record RecordArchives(long Epoch, ShardTotals Totals)
    : VaultCommand, ICommand<AdditionVerdict>, IRequiresFreshState;

/// <summary>Confirms that the account has unregistered the deleted vault.</summary>
public sealed record ConfirmVaultRemoved(long Epoch) : VaultCommand, ICommand<Done>, IAboutIncarnation;

/// <summary>Description of a vault.</summary>
/// <param name="Incarnation">The vault's incarnation.</param>
/// <param name="CreatedAt">When this incarnation began.</param>
/// <param name="Archives">Number of archives.</param>
/// <param name="SizeBytes">Sum of their sizes in bytes, plus <see cref="Limits.ArchiveOverheadBytes"/> for each archive.</param>
/// <param name="LastInventoryAt">When an archive was last added or deleted, or null if none ever was.</param>
[Named("vault-description.1")]
public sealed record VaultDescription(
    VaultIncarnation Incarnation, DateTimeOffset CreatedAt, long Archives, long SizeBytes, DateTimeOffset? LastInventoryAt) : IAnswer;

/// <summary>The tags of a vault: values by key, in ordinal order of the keys.</summary>
[Named("vault-tags.1")]
public sealed record VaultTags(IReadOnlyDictionary<string, string> Tags) : IAnswer;

/// <summary>A vault's inventory at one moment. It holds the version of each shard, and shards can list their archives at an
/// earlier version, so an inventory job's output stays the same without being stored.</summary>
/// <param name="Incarnation">The vault's incarnation.</param>
/// <param name="TakenAt">When an archive was last added or deleted, or when the incarnation began if none ever was.</param>
/// <param name="Versions">Version of each shard, by shard number, or 0 for a shard that never held an archive.</param>
[Named("inventory-snapshot.1")]
public sealed record InventorySnapshot(VaultIncarnation Incarnation, DateTimeOffset TakenAt, IReadOnlyList<long> Versions) : IAnswer
{
    /// <summary>When the vault was asked. Null in a job.</summary>
    public DateTimeOffset? AskedAt { get; init; }
}

/// <summary>Sets the vault's job notifications, replacing the previous setting.</summary>
[Named("set-notifications.1")]
public sealed record SetNotifications(VaultId Vault, VaultNotifications Notifications) : VaultNotificationCommand, ICommand<Done>, IAddressesVault;

/// <summary>Returns the vault's job notifications.</summary>
[Named("find-notifications.1")]
public sealed record FindNotifications(VaultId Vault) : VaultNotificationCommand, ICommand<VaultNotifications>, IAddressesVault;

/// <summary>Clears the vault's job notifications. Succeeds even if none are set.</summary>
[Named("clear-notifications.1")]
public sealed record ClearNotifications(VaultId Vault) : VaultNotificationCommand, ICommand<Done>, IAddressesVault;

/// <summary>Confirms that a notification setting was delivered to the vault's jobs.</summary>
public sealed record ConfirmNotificationsDelivered(long Epoch, long Version) : VaultNotificationCommand, ICommand<Done>, IAboutIncarnation;

/// <summary>Commands of a vault about its access policy and its lock.</summary>
public abstract record VaultPolicyCommand : VaultCommand
{
    private protected VaultPolicyCommand()
    {
    }
}

/// <summary>Returns the policies that are in force.</summary>
[Named("find-policies.1")]
public record FindPolicies(VaultId Vault) : VaultPolicyCommand, ICommand<VaultPolicies>, IAddressesVault;

/// <summary>Returns the policies that are in force, for a request that deletes something. Deletions cannot be undone, so a host
/// with outdated state must not answer.</summary>
[Named("find-policies-for-deletion.1")]
public sealed record FindPoliciesForDeletion(VaultId Vault) : FindPolicies(Vault), IRequiresFreshState;

/// <summary>Sets the access policy, replacing the previous one.</summary>
[Named("set-access-policy.1")]
public sealed record SetAccessPolicy(VaultId Vault, VaultPolicy Policy) : VaultPolicyCommand, ICommand<Done>, IAddressesVault;

[Named("find-access-policy.1")]
public sealed record FindAccessPolicy(VaultId Vault) : VaultPolicyCommand, ICommand<VaultPolicy>, IAddressesVault;

/// <summary>Deletes the access policy. Succeeds even if the vault has no access policy.</summary>
[Named("delete-access-policy.1")]
public sealed record DeleteAccessPolicy(VaultId Vault) : VaultPolicyCommand, ICommand<Done>, IAddressesVault;

/// <summary>Initiates a lock. Its policy is in force immediately, and expires after <see cref="Limits.LockWindow"/> unless the
/// lock is completed.</summary>
/// <param name="Lock">A new, unused ID.</param>
[Named("initiate-lock.1")]
public sealed record InitiateLock(VaultId Vault, LockId Lock, VaultPolicy Policy) : VaultPolicyCommand, ICommand<VaultLock>, IAddressesVault;

/// <summary>Returns the lock, in progress or completed.</summary>
[Named("find-lock.1")]
public sealed record FindLock(VaultId Vault) : VaultPolicyCommand, ICommand<VaultLock>, IAddressesVault;

/// <summary>Completes the lock, so that its policy is in force for as long as the vault exists. The answer waits until every
/// shard of the index refuses deletions whose verdict ignores the lock policy.</summary>
/// <param name="Lock">ID of the lock in progress; the default value stands for an invalid ID.</param>
[Named("complete-lock.1")]
public sealed record CompleteLock(VaultId Vault, LockId Lock) : VaultPolicyCommand, ICommand<Done>, IAddressesVault;

/// <summary>Aborts the lock in progress. Succeeds even if no lock is in progress.</summary>
[Named("abort-lock.1")]
public sealed record AbortLock(VaultId Vault) : VaultPolicyCommand, ICommand<Done>, IAddressesVault;

/// <summary>Confirms that a generation of the guard was delivered to a shard of the index.</summary>
public sealed record ConfirmGuardDelivered(long Epoch, long Generation, int Shard) : VaultPolicyCommand, ICommand<Done>, IAboutIncarnation;

/// <summary>A vault's policies in force, and the facts about the vault that are needed to evaluate them.</summary>
/// <param name="Incarnation">The vault's incarnation.</param>
/// <param name="Tags">The vault's tags, or empty if there is no policy.</param>
/// <param name="Access">The access policy, or null.</param>
/// <param name="Lock">The lock policy, in progress or completed, or null.</param>
/// <param name="Guard">The guard's generation. A deletion based on these policies passes it to the shard in <see
/// cref="Archives.DeletionVerdict.Guard"/>. Null if no lock was ever initiated.</param>
[Named("vault-policies.1")]
public sealed record VaultPolicies(
    VaultIncarnation Incarnation, IReadOnlyDictionary<string, string> Tags, VaultPolicy? Access, VaultPolicy? Lock, long? Guard = null)
    : IAnswer
{
    /// <summary>Whether at least one policy is in force.</summary>
    public bool Any => Access is not null || Lock is not null;
}

/// <summary>A vault lock. Its policy is in force as soon as the lock is initiated, and permanently once the lock is
/// completed.</summary>
/// <param name="Lock">The lock's ID.</param>
/// <param name="Policy">The lock policy.</param>
/// <param name="CreatedAt">When it was initiated.</param>
/// <param name="IsLocked">Whether the lock was completed.</param>
[Named("vault-lock.1")]
public sealed record VaultLock(LockId Lock, VaultPolicy Policy, DateTimeOffset CreatedAt, bool IsLocked) : IAnswer
{
    /// <summary>When the lock expires unless it is completed; null once it is completed.</summary>
    public DateTimeOffset? ExpiresAt => IsLocked ? null : CreatedAt + Limits.LockWindow;

    /// <summary>Whether the policy is in force at an instant.</summary>
    public bool IsInForce(DateTimeOffset now) => !(ExpiresAt <= now);
}

/// <summary>Kinds of jobs that a vault's topic is notified about. The values are stored: never change them.</summary>
[Flags]
public enum NotifiedJobs
{
    /// <summary>No jobs.</summary>
    None = 0,

    ArchiveRetrievals = 1,

    InventoryRetrievals = 2,
}

/// <summary>A vault's setting for notifications about finished jobs.</summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="Jobs">The kinds of jobs to notify about; at least one.</param>
/// <remarks>Source: developer guide, "Configuring vault notifications".</remarks>
[Named("vault-notifications.1")]
public sealed record VaultNotifications(string Topic, NotifiedJobs Jobs) : IAnswer;

/// <summary>An access policy or a lock policy, exactly as it was sent.</summary>
/// <param name="Text">The policy's JSON, at most <see cref="Limits.MaxPolicyBytes"/> bytes of UTF-8. The sender of the command
/// has validated it.</param>
/// <param name="VaultArn">The vault's ARN when the policy was set. It contains the server's region at that time.</param>
[Named("vault-policy.1")]
public sealed record VaultPolicy(string Text, string VaultArn) : IAnswer;
