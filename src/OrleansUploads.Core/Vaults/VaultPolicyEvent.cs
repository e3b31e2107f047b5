using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>Events of a vault's access policy and its lock.</summary>
public abstract record VaultPolicyEvent : VaultEvent
{
    private protected VaultPolicyEvent()
    {
    }
}

/// <summary>The access policy was set, replacing the previous one.</summary>
public sealed record AccessPolicySet(VaultPolicy Policy) : VaultPolicyEvent;

/// <summary>The access policy was deleted.</summary>
public sealed record AccessPolicyDeleted : VaultPolicyEvent;

/// <summary>A lock was initiated. Its policy is in force, and the guard's generation is raised.</summary>
public sealed record VaultLockInitiated(LockId Lock, VaultPolicy Policy, DateTimeOffset At) : VaultPolicyEvent;

/// <summary>The lock was completed. Its policy is permanent.</summary>
public sealed record VaultLockCompleted : VaultPolicyEvent;

/// <summary>The lock in progress was aborted or has expired.</summary>
public sealed record VaultLockEnded : VaultPolicyEvent;

/// <summary>A generation of the guard was delivered to a shard of the index.</summary>
public sealed record GuardDelivered(long Generation, int Shard) : VaultPolicyEvent;

/// <summary>The guard's state; occurs only in snapshots.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Untold">Shards that have not confirmed the generation.</param>
public sealed record GuardCarriedOver(long Generation, IReadOnlyList<int> Untold) : VaultPolicyEvent;
