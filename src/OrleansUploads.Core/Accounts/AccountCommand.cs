using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Accounts;

/// <summary>What can be asked of an account.</summary>
public abstract record AccountCommand : ICommand
{
    private protected AccountCommand()
    {
    }
}

/// <summary>Creates a vault; one that is there already stays as it is.</summary>
public sealed record CreateVault(VaultId Vault) : AccountCommand, ICommand<Done>;

/// <summary>Lists the account's vaults in the ordinal order of their names.</summary>
/// <param name="After">Vaults up to and including this name are left out; empty for none.</param>
/// <param name="Limit">Most vaults to list; at least 1.</param>
public sealed record ListVaults(string After, int Limit) : AccountCommand, ICommand<VaultsPage>;

/// <summary>Stops listing a deleted vault; sent by the vault.</summary>
public sealed record RemoveVault(VaultLife Life) : AccountCommand, ICommand<Done>, IBindingCommand;

/// <summary>Confirms that a vault has begun its life.</summary>
public sealed record ConfirmVaultBegun(VaultLife Life) : AccountCommand, ICommand<Done>;

/// <summary>Some of an account's vaults.</summary>
/// <param name="Vaults">By name.</param>
/// <param name="HasMore">Whether more follow the last one.</param>
public sealed record VaultsPage(IReadOnlyList<VaultId> Vaults, bool HasMore);
