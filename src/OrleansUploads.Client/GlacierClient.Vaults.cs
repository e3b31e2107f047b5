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
            new GlacierRequest(HttpMethod.Put, RequestPath.Vault(_account, vault)),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, "Location")),
            cancellationToken);

    /// <summary>Returns the properties of a vault.</summary>
    public Task<Vault> DescribeVaultAsync(string vault, CancellationToken cancellationToken = default) =>
        GetAsync(RequestPath.Vault(_account, vault), GlacierJson.Default.Vault, cancellationToken);

    /// <summary>Deletes a vault. The vault must not contain archives.</summary>
    public Task DeleteVaultAsync(string vault, CancellationToken cancellationToken = default) =>
        Transport.RemoveAsync(
            new GlacierRequest(HttpMethod.Delete, RequestPath.Vault(_account, vault)), cancellationToken);

    /// <summary>Returns one page of the account's vaults, ordered by name.</summary>
    /// <param name="marker">The marker of the previous page, or null for the first page.</param>
    /// <param name="limit">The maximum number of vaults on the page, or null for the server's default.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<Page<Vault>> ListVaultsPageAsync(
        string? marker = null, int? limit = null, CancellationToken cancellationToken = default)
    {
        var path = RequestPath.Page(RequestPath.Vaults(_account), marker, limit);
        var list = await GetAsync(path, GlacierJson.Default.VaultListDocument, cancellationToken);
        return new Page<Vault>(list.VaultList, list.Marker);
    }

    /// <summary>Enumerates all vaults of the account, ordered by name. Pages are requested as needed.</summary>
    public IAsyncEnumerable<Vault> ListVaultsAsync(CancellationToken cancellationToken = default) =>
        ReadAllPagesAsync((marker, token) => ListVaultsPageAsync(marker, limit: null, token), cancellationToken);
}
