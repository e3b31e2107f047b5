using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Accounts;

/// <summary>Commands of an account.</summary>
public abstract record AccountCommand : ICommand
{
    private protected AccountCommand()
    {
    }
}

/// <summary>Creates a vault. An existing vault stays unchanged.</summary>
public sealed record CreateVault(VaultId Vault) : AccountCommand, ICommand<Done>;

/// <summary>Lists the account's vaults in the ordinal order of their names.</summary>
/// <param name="After">Lists only vaults after this name; empty to start at the beginning.</param>
/// <param name="Limit">Maximum number of vaults to list; at least 1.</param>
public sealed record ListVaults(string After, int Limit) : AccountCommand, ICommand<VaultsPage>;

/// <summary>Stops listing a deleted vault; sent by the vault.</summary>
public sealed record RemoveVault(VaultIncarnation Incarnation) : AccountCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a vault has begun this incarnation.</summary>
public sealed record ConfirmVaultBegun(VaultIncarnation Incarnation) : AccountCommand, ICommand<Done>;

/// <summary>A page of an account's vaults.</summary>
/// <param name="Vaults">The vaults, by name.</param>
/// <param name="HasMore">Whether more vaults follow.</param>
public sealed record VaultsPage(IReadOnlyList<VaultId> Vaults, bool HasMore);
