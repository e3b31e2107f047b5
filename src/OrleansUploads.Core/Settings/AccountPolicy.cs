namespace OrleansUploads.Core.Settings;

/// <summary>Limits of an account.</summary>
public sealed record AccountPolicy
{
    /// <summary>Maximum number of vaults per account.</summary>
    public int MaxVaults { get; init; } = Limits.MaxVaultsPerAccount;
}
