using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>A vault lock. Its policy is in force as soon as the lock is initiated, and permanently once the lock is
/// completed.</summary>
/// <param name="Lock">The lock's ID.</param>
/// <param name="Policy">The lock policy.</param>
/// <param name="CreatedAt">When it was initiated.</param>
/// <param name="IsLocked">Whether the lock was completed.</param>
public sealed record VaultLock(LockId Lock, VaultPolicy Policy, DateTimeOffset CreatedAt, bool IsLocked)
{
    /// <summary>When the lock expires unless it is completed; null once it is completed.</summary>
    public DateTimeOffset? ExpiresAt => IsLocked ? null : CreatedAt + Limits.LockWindow;

    /// <summary>Whether the policy is in force at an instant.</summary>
    public bool IsInForce(DateTimeOffset now) => !(ExpiresAt <= now);
}
