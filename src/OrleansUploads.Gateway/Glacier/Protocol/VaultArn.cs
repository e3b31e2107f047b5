namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>The ARN of a vault: <c>arn:aws:glacier:{region}:{account}:vaults/{name}</c>.</summary>
internal static class VaultArn
{
    /// <summary>Formats the ARN for a vault name, valid or not.</summary>
    public static string Format(string region, AccountId account, string vaultName) =>
        $"arn:aws:glacier:{region}:{account}:vaults/{vaultName}";

    /// <summary>Formats the ARN of a vault.</summary>
    public static string Format(string region, VaultId vault) => Format(region, vault.Account, vault.Name.ToString());

    /// <summary>Parses the vault name out of an ARN of the same region and account.</summary>
    public static bool TryParseName(string arn, string region, AccountId account, out VaultName name)
    {
        var prefix = Format(region, account, "");
        name = default;
        return arn.StartsWith(prefix, StringComparison.Ordinal) && VaultName.TryParse(arn[prefix.Length..], out name);
    }
}
