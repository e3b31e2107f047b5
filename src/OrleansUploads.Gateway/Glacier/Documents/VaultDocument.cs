using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>A vault, as DescribeVault and ListVaults show it.</summary>
internal sealed record VaultDocument(
    DateTimeOffset CreationDate,
    DateTimeOffset? LastInventoryDate,
    long NumberOfArchives,
    long SizeInBytes,
    string VaultARN,
    string VaultName)
{
    /// <summary>Shows what a vault says of itself.</summary>
    public static VaultDocument From(VaultDescription vault, string region) => new(
        vault.CreatedAt,
        vault.LastInventoryAt,
        vault.Archives,
        vault.SizeBytes,
        VaultArn.Format(region, vault.Life.Id),
        vault.Life.Id.Name.ToString());
}

/// <summary>The answer of ListVaults.</summary>
internal sealed record VaultListDocument(string? Marker, IReadOnlyList<VaultDocument> VaultList);
