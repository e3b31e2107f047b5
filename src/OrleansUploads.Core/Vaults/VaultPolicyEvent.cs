namespace OrleansUploads.Core.Vaults;

/// <summary>What can happen to a vault's access policy and its lock.</summary>
public abstract record VaultPolicyEvent : VaultEvent
{
    private protected VaultPolicyEvent()
    {
    }
}

/// <summary>The access policy was set, in the place of the one before.</summary>
public sealed record AccessPolicySet(VaultPolicy Policy) : VaultPolicyEvent;

/// <summary>The access policy was deleted.</summary>
public sealed record AccessPolicyDeleted : VaultPolicyEvent;

/// <summary>A lock was initiated; its policy is in force.</summary>
public sealed record VaultLockInitiated(LockId Lock, VaultPolicy Policy, DateTimeOffset At) : VaultPolicyEvent;

/// <summary>The lock was completed; its policy holds for ever.</summary>
public sealed record VaultLockCompleted : VaultPolicyEvent;

/// <summary>The lock in progress was given up, or its time ran out.</summary>
public sealed record VaultLockEnded : VaultPolicyEvent;
