using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>Commands of a vault about its access policy and its lock.</summary>
public abstract record VaultPolicyCommand : VaultCommand
{
    private protected VaultPolicyCommand()
    {
    }
}

/// <summary>Returns the policies that are in force.</summary>
public record FindPolicies(VaultId Vault) : VaultPolicyCommand, ICommand<VaultPolicies>;

/// <summary>Returns the policies that are in force, for a request that deletes something. Deletions cannot be undone, so a host
/// with outdated state must not answer.</summary>
public sealed record FindPoliciesForDeletion(VaultId Vault) : FindPolicies(Vault), IRequiresFreshState;

/// <summary>Sets the access policy, replacing the previous one.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Policy">The policy.</param>
public sealed record SetAccessPolicy(VaultId Vault, VaultPolicy Policy) : VaultPolicyCommand, ICommand<Done>;

/// <summary>Returns the access policy.</summary>
public sealed record FindAccessPolicy(VaultId Vault) : VaultPolicyCommand, ICommand<VaultPolicy>;

/// <summary>Deletes the access policy. Succeeds even if the vault has no access policy.</summary>
public sealed record DeleteAccessPolicy(VaultId Vault) : VaultPolicyCommand, ICommand<Done>;

/// <summary>Initiates a lock. Its policy is in force immediately, and expires after <see cref="Limits.LockWindow"/> unless the
/// lock is completed.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Lock">A new, unused ID.</param>
/// <param name="Policy">The policy.</param>
public sealed record InitiateLock(VaultId Vault, LockId Lock, VaultPolicy Policy) : VaultPolicyCommand, ICommand<VaultLock>;

/// <summary>Returns the lock, in progress or completed.</summary>
public sealed record FindLock(VaultId Vault) : VaultPolicyCommand, ICommand<VaultLock>;

/// <summary>Completes the lock, so that its policy is in force for as long as the vault exists. The answer waits until every
/// shard of the index refuses deletions whose verdict ignores the lock policy.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Lock">ID of the lock in progress; the default value stands for an invalid ID.</param>
public sealed record CompleteLock(VaultId Vault, LockId Lock) : VaultPolicyCommand, ICommand<Done>;

/// <summary>Aborts the lock in progress. Succeeds even if no lock is in progress.</summary>
public sealed record AbortLock(VaultId Vault) : VaultPolicyCommand, ICommand<Done>;

/// <summary>Confirms that a generation of the guard was delivered to a shard of the index.</summary>
/// <param name="Epoch">Epoch of the vault's incarnation.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Shard">The shard.</param>
public sealed record ConfirmGuardDelivered(long Epoch, long Generation, int Shard) : VaultPolicyCommand, ICommand<Done>;

/// <summary>A vault's policies in force, and the facts about the vault that are needed to evaluate them.</summary>
/// <param name="Incarnation">The vault's incarnation.</param>
/// <param name="Tags">The vault's tags, or empty if there is no policy.</param>
/// <param name="Access">The access policy, or null.</param>
/// <param name="Lock">The lock policy, in progress or completed, or null.</param>
/// <param name="Guard">The guard's generation. A deletion based on these policies passes it to the shard in <see
/// cref="Archives.DeletionVerdict.Guard"/>. Null if no lock was ever initiated.</param>
public sealed record VaultPolicies(
    VaultIncarnation Incarnation, IReadOnlyDictionary<string, string> Tags, VaultPolicy? Access, VaultPolicy? Lock, long? Guard = null)
{
    /// <summary>Whether at least one policy is in force.</summary>
    public bool Any => Access is not null || Lock is not null;
}
