using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>A vault in the responses of DescribeVault and ListVaults.</summary>
internal sealed record VaultDocument(
    DateTimeOffset CreationDate,
    DateTimeOffset? LastInventoryDate,
    long NumberOfArchives,
    long SizeInBytes,
    string VaultARN,
    string VaultName)
{
    /// <summary>The document of a vault.</summary>
    public static VaultDocument From(VaultDescription vault, string region) => new(
        vault.CreatedAt,
        vault.LastInventoryAt,
        vault.Archives,
        vault.SizeBytes,
        VaultArn.Format(region, vault.Incarnation.Id),
        vault.Incarnation.Id.Name.ToString());
}

/// <summary>The response of ListVaults.</summary>
internal sealed record VaultListDocument(string? Marker, IReadOnlyList<VaultDocument> VaultList);
