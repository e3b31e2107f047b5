using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>The body of SetVaultAccessPolicy and InitiateVaultLock.</summary>
internal sealed record SetPolicyRequest
{
    /// <summary>The policy: JSON, as a string. Required.</summary>
    public string? Policy { get; init; }
}

/// <summary>The response of GetVaultAccessPolicy.</summary>
internal sealed record AccessPolicyDocument(string Policy);

/// <summary>The response of GetVaultLock.</summary>
internal sealed record LockDocument(
    string Policy, string State, DateTimeOffset? ExpirationDate, DateTimeOffset CreationDate)
{
    /// <summary>The document of a lock.</summary>
    public static LockDocument From(VaultLock held) =>
        new(held.Policy.Text, held.IsLocked ? "Locked" : "InProgress", held.ExpiresAt, held.CreatedAt);
}
