namespace OrleansUploads.Core.Accounts;

/// <summary>What each account may have.</summary>
public sealed record AccountPolicy
{
    /// <summary>Most vaults.</summary>
    public int MaxVaults { get; init; } = Limits.MaxVaultsPerAccount;
}
