using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The long name of a vault: <c>arn:aws:glacier:{region}:{account}:vaults/{name}</c>.</summary>
internal static class VaultArn
{
    /// <summary>Writes the name of a vault, possible or not.</summary>
    public static string Format(string region, AccountId account, string vaultName) =>
        $"arn:aws:glacier:{region}:{account}:vaults/{vaultName}";

    /// <summary>Writes the name of a vault.</summary>
    public static string Format(string region, VaultId vault) => Format(region, vault.Account, vault.Name.ToString());

    /// <summary>Reads the vault's name out of one that <see cref="Format(string, VaultId)"/> wrote for the same account.</summary>
    public static bool TryReadName(string arn, string region, AccountId account, out VaultName name)
    {
        var prefix = Format(region, account, "");
        name = default;
        return arn.StartsWith(prefix, StringComparison.Ordinal) && VaultName.TryParse(arn[prefix.Length..], out name);
    }
}
