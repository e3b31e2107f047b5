using OrleansUploads.Client.Models;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    /// <summary>Creates a vault; nothing changes where it exists already.</summary>
    /// <param name="vault">1 to 255 letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The vault's path on the server.</returns>
    public Task<string> CreateVaultAsync(string vault, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(HttpMethod.Put, RequestPath.Vault(_account, vault)),
            static (response, _) => Task.FromResult(Answer.RequireHeader(response, "Location")),
            cancellationToken);

    /// <summary>Asks about one vault.</summary>
    public Task<Vault> DescribeVaultAsync(string vault, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(HttpMethod.Get, RequestPath.Vault(_account, vault)),
            static (response, token) => Answer.ReadJsonAsync(response, GlacierJson.Default.Vault, token),
            cancellationToken);

    /// <summary>Deletes a vault that holds no archives.</summary>
    public Task DeleteVaultAsync(string vault, CancellationToken cancellationToken = default) =>
        Transport.RemoveAsync(
            new GlacierRequest(HttpMethod.Delete, RequestPath.Vault(_account, vault)), cancellationToken);

    /// <summary>Reads one page of the account's vaults, by name.</summary>
    /// <param name="marker">The marker of the page before; null for the first.</param>
    /// <param name="limit">Most vaults on the page; null for the server's choice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Page<Vault>> ListVaultsPageAsync(
        string? marker = null, int? limit = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(HttpMethod.Get, RequestPath.Page(RequestPath.Vaults(_account), marker, limit)),
            static async (response, token) =>
            {
                var list = await Answer.ReadJsonAsync(response, GlacierJson.Default.VaultListDocument, token);
                return new Page<Vault>(list.VaultList, list.Marker);
            },
            cancellationToken);

    /// <summary>All vaults of the account, by name, page by page as they are asked for.</summary>
    public IAsyncEnumerable<Vault> ListVaultsAsync(CancellationToken cancellationToken = default) =>
        EachAsync((marker, token) => ListVaultsPageAsync(marker, limit: null, token), cancellationToken);
}
