using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansUploads.TestKit.Processes;

public static class DashboardSession
{
    /// <summary>Proves the secret of a key.</summary>
    /// <param name="endpoint">The server's address.</param>
    /// <param name="accessKeyId">The key.</param>
    /// <param name="secret">Its secret, which is not sent.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>A client with the session's cookie, for addresses such as <c>containers</c>.</returns>
    public static async Task<HttpClient> BeginAsync(
        Uri endpoint, string accessKeyId, string secret, CancellationToken cancellationToken)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(endpoint, "/dashboard/api/") };
        http.DefaultRequestHeaders.Add("Origin", $"{endpoint.Scheme}://{endpoint.Authority}");
        var challenge = (await http.GetFromJsonAsync<JsonElement>("challenge", cancellationToken)).GetProperty("challenge").GetString()!;
        var proof = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes("orleans-uploads dashboard\n" + challenge));
        using var answer = await http.PostAsJsonAsync(
            "session", new { accessKeyId, challenge, proof = Convert.ToHexStringLower(proof) }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return http;
    }
}
