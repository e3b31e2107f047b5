using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>The body of SetVaultAccessPolicy and InitiateVaultLock.</summary>
internal sealed record PolicyToSet
{
    /// <summary>The policy, itself JSON, as a text; required.</summary>
    public string? Policy { get; init; }
}

/// <summary>The answer of GetVaultAccessPolicy.</summary>
internal sealed record AccessPolicyDocument(string Policy);

/// <summary>The answer of GetVaultLock.</summary>
internal sealed record LockDocument(
    string Policy, string State, DateTimeOffset? ExpirationDate, DateTimeOffset CreationDate)
{
    /// <summary>Shows a lock.</summary>
    public static LockDocument From(VaultLock held) =>
        new(held.Policy.Text, held.IsLocked ? "Locked" : "InProgress", held.ExpiresAt, held.CreatedAt);
}
