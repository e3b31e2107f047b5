namespace OrleansUploads.Core.Vaults;

/// <summary>A lock policy, in force from the moment that it was initiated, and for ever once it is locked.</summary>
/// <param name="Lock">Names it.</param>
/// <param name="Policy">The lock policy.</param>
/// <param name="CreatedAt">When it was initiated.</param>
/// <param name="IsLocked">Whether it was completed.</param>
public sealed record VaultLock(LockId Lock, VaultPolicy Policy, DateTimeOffset CreatedAt, bool IsLocked)
{
    /// <summary>When it will be gone unless it is completed; null where it is locked.</summary>
    public DateTimeOffset? ExpiresAt => IsLocked ? null : CreatedAt + Limits.LockWindow;

    /// <summary>Whether the policy is in force.</summary>
    public bool IsInForce(DateTimeOffset now) => !(ExpiresAt <= now);
}
