using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Vaults;

/// <summary>What can be asked of a vault about its access policy and its lock.</summary>
public abstract record VaultPolicyCommand : VaultCommand
{
    private protected VaultPolicyCommand()
    {
    }
}

/// <summary>Asks which policies are in force.</summary>
public record FindPolicies(VaultId Vault) : VaultPolicyCommand, ICommand<VaultPolicies>;

/// <summary>Asks the same for a request that deletes something: what it deletes does not come back, so the answer must not
/// be that of a host that others have overtaken.</summary>
public sealed record FindPoliciesForDeletion(VaultId Vault) : FindPolicies(Vault), IBindingCommand;

/// <summary>Sets the access policy, in the place of the one before.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Policy">The policy.</param>
public sealed record SetAccessPolicy(VaultId Vault, VaultPolicy Policy) : VaultPolicyCommand, ICommand<Done>;

/// <summary>Asks for the access policy.</summary>
public sealed record FindAccessPolicy(VaultId Vault) : VaultPolicyCommand, ICommand<VaultPolicy>;

/// <summary>Deletes the access policy. That there is none is no error.</summary>
public sealed record DeleteAccessPolicy(VaultId Vault) : VaultPolicyCommand, ICommand<Done>;

/// <summary>Puts a lock policy in force, at first for <see cref="Limits.LockWindow"/>.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Lock">A fresh ID.</param>
/// <param name="Policy">The policy.</param>
public sealed record InitiateLock(VaultId Vault, LockId Lock, VaultPolicy Policy) : VaultPolicyCommand, ICommand<VaultLock>;

/// <summary>Asks for the lock, in progress or complete.</summary>
public sealed record FindLock(VaultId Vault) : VaultPolicyCommand, ICommand<VaultLock>;

/// <summary>Makes the lock policy hold for as long as the vault lives.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Lock">The lock in progress; the default value for an ID that no lock can have.</param>
public sealed record CompleteLock(VaultId Vault, LockId Lock) : VaultPolicyCommand, ICommand<Done>;

/// <summary>Gives a lock in progress up. That there is none is no error.</summary>
public sealed record AbortLock(VaultId Vault) : VaultPolicyCommand, ICommand<Done>;

/// <summary>The policies of a vault that are in force, and what judging by them needs to know of the vault.</summary>
/// <param name="Life">The vault's life.</param>
/// <param name="Tags">The vault's tags; empty where there is no policy.</param>
/// <param name="Access">The access policy; null where there is none.</param>
/// <param name="Lock">The lock policy, in progress or locked; null where there is none.</param>
public sealed record VaultPolicies(
    VaultLife Life, IReadOnlyDictionary<string, string> Tags, VaultPolicy? Access, VaultPolicy? Lock)
{
    /// <summary>Whether there is any policy.</summary>
    public bool Any => Access is not null || Lock is not null;
}
