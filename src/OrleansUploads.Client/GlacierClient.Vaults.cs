using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    /// <summary>Creates a vault. If the vault already exists, the call succeeds and changes nothing.</summary>
    /// <param name="vault">The vault name: 1 to 255 letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The vault's path on the server.</returns>
    public Task<string> CreateVaultAsync(string vault, CancellationToken cancellationToken = default) =>
        RunAsync(
            new WireRequest(HttpMethod.Put, RequestPath.Vault(_account, vault)),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, "Location")),
            cancellationToken);

    /// <summary>Returns the properties of a vault.</summary>
    public Task<Vault> DescribeVaultAsync(string vault, CancellationToken cancellationToken = default) =>
        GetAsync(RequestPath.Vault(_account, vault), WireJson.Default.Vault, cancellationToken);

    /// <summary>Deletes a vault. The vault must not contain archives.</summary>
    public Task DeleteVaultAsync(string vault, CancellationToken cancellationToken = default) =>
        Transport.RemoveAsync(
            new WireRequest(HttpMethod.Delete, RequestPath.Vault(_account, vault)), cancellationToken);

    /// <summary>Enumerates all vaults of the account, ordered by name. Pages are requested as needed.</summary>
    public IAsyncEnumerable<Vault> ListVaultsAsync(CancellationToken cancellationToken = default) =>
        ReadPagesAsync(
            RequestPath.Vaults(_account),
            WireJson.Default.WireVaultList,
            static page => (page.VaultList, page.Marker),
            cancellationToken);
}
