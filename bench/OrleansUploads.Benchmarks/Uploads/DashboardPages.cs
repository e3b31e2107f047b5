using System.Net.Http.Json;
using System.Text.Json;
using OrleansUploads.Benchmarks.Transfers;

namespace OrleansUploads.Benchmarks.Uploads;

/// <summary>What a browser does for the dashboard: keeps the live views of its pages open.</summary>
/// <param name="http">A client with the cookie of a session.</param>
internal sealed class DashboardPages(HttpClient http) : IDisposable
{
    private const string Uploads = $"vaults/{GatewayServer.Vault}/uploads";

    /// <summary>The IDs of the uploads on the first page.</summary>
    public async Task<string[]> ListUploadsAsync(CancellationToken cancellationToken) =>
        [.. (await http.GetFromJsonAsync<JsonElement>(Uploads, cancellationToken)).GetProperty("uploads").EnumerateArray()
            .Select(static upload => upload.GetProperty("id").GetString()!)];

    /// <summary>Opens the pages of the vault's uploads and of one upload, and reads what they get until they are closed.</summary>
    /// <returns>The number of states that the pages have shown.</returns>
    public async Task<int> WatchAsync(string upload, CancellationToken closed) =>
        (await Task.WhenAll(ReadAsync($"{Uploads}?live", closed), ReadAsync($"{Uploads}/{upload}?live", closed))).Sum();

    public void Dispose() => http.Dispose();

    private async Task<int> ReadAsync(string view, CancellationToken closed)
    {
        var states = 0;
        try
        {
            using var lines = new StreamReader(await http.GetStreamAsync(view, closed));
            while (await lines.ReadLineAsync(closed) is { } line)
            {
                states += line.StartsWith("event: state", StringComparison.Ordinal) ? 1 : 0;
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            return states;
        }

        throw new InvalidOperationException($"The live view {view} has ended.");
    }
}
