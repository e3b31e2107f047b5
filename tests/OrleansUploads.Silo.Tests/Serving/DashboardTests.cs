using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansUploads.Silo.Tests.Serving;

[Campaign]
public sealed class DashboardTests : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_silo_without_the_dashboard_serves_it_at_no_address()
    {
        var own = new Uri($"http://127.0.0.1:{FreePort.Take(1)[0]}");
        await using var silo = await RunningSilo.StartAsync(RunningSilo.Alone(
            (nameof(SiloSettings.Dashboard), "false"), (nameof(SiloSettings.DashboardListen), own.Authority)));
        using var answer = await _http.GetAsync(new Uri(silo.Address, "/dashboard/"));
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync(own));
    }

    [Fact]
    public async Task The_dashboard_shows_uploads_and_their_silos_and_may_have_an_address_of_its_own()
    {
        var own = new Uri($"http://127.0.0.1:{FreePort.Take(1)[0]}");
        await using var silo = await RunningSilo.StartAsync(
            RunningSilo.Alone((nameof(SiloSettings.DashboardListen), own.Authority)));
        using var client = await silo.ConnectAsync("photos");
        var upload = await client.InitiateMultipartUploadAsync("photos", 1 << 20);

        Assert.Contains("<title>", await _http.GetStringAsync(new Uri(own, "/dashboard/")), StringComparison.Ordinal);
        using var session = await DashboardSession.BeginAsync(
            own, CommandLine.AccessKeyId, CommandLine.SecretAccessKey, CancellationToken.None);
        var vault = Assert.Single((await session.GetFromJsonAsync<JsonElement>("containers")).GetProperty("vaults").EnumerateArray());
        Assert.Equal("photos", vault.GetProperty("name").GetString());
        var only = Assert.Single((await session.GetFromJsonAsync<JsonElement>("server")).GetProperty("silos").EnumerateArray());
        Assert.Equal("Active", only.GetProperty("status").GetString());
        Assert.InRange(only.GetProperty("memoryBytes").GetInt64(), 0, long.MaxValue);
        Assert.InRange(only.GetProperty("processorPercent").GetInt32(), 0, 100);
        var shown = await session.GetFromJsonAsync<JsonElement>($"vaults/photos/uploads/{upload}");
        Assert.Equal(only.GetProperty("address").GetString(), shown.GetProperty("silo").GetString());
        Assert.Equal(upload, shown.GetProperty("id").GetString());

        using var beside = await _http.GetAsync(new Uri(silo.Address, "/dashboard/"));
        Assert.NotEqual(HttpStatusCode.OK, beside.StatusCode);
        using var onOther = await _http.GetAsync(new Uri(own, "/-/vaults"));
        Assert.Equal("NotFound", (await onOther.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }
}
