using System.Text.Json;

namespace OrleansUploads.Gateway.Tests.Glacier;

public sealed class VaultListTests : IAsyncLifetime
{
    private GatewayServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await GatewayServer.StartAsync(new GatewaySetup());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_account_without_vaults_has_an_empty_list() => Assert.Equal(
        """{"Marker":null,"VaultList":[]}""", (await _server.SendAsync(Requests.ListVaults())).Expect(200).Text);

    [Fact]
    public async Task Vaults_are_listed_by_name_in_pages_of_ten()
    {
        await CreateAsync(Enumerable.Range(0, 21).Select(i => $"v{20 - i:00}"));
        var pages = await ReadPagesAsync("");
        Assert.Equal([10, 10, 1], pages.Select(page => page.Count));
        Assert.Equal(Enumerable.Range(0, 21).Select(i => $"v{i:00}"), pages.SelectMany(page => page));
    }

    [Theory]
    [InlineData("limit=1", 1)]
    [InlineData("limit=9", 9)]
    [InlineData("limit=10", 10)]
    [InlineData("limit=11", 10)]
    [InlineData("limit=1000", 10)]
    [InlineData("limit=99999999999999999999", 10)]
    [InlineData("limit=3&marker=", 3)]
    [InlineData("marker=", 10)]
    public async Task A_limit_above_the_maximum_is_reduced_to_it(string query, int vaults)
    {
        await CreateAsync(Enumerable.Range(0, 12).Select(i => $"v{i:00}"));
        var page = (await _server.SendAsync(Requests.ListVaults("?" + query))).Expect(200).Json;
        Assert.Equal(vaults, page.GetProperty("VaultList").GetArrayLength());
    }

    [Theory]
    [InlineData("limit=0", "Invalid limit: 0")]
    [InlineData("limit=-1", "Invalid limit: -1")]
    [InlineData("limit=1.5", "Invalid limit: 1.5")]
    [InlineData("limit=", "Invalid limit: ")]
    [InlineData("limit=ten", "Invalid limit: ten")]
    [InlineData("marker=nonsense", "Invalid marker: nonsense")]
    [InlineData("marker=arn:aws:glacier:us-east-1:999999999999:vaults/a", "Invalid marker")]
    public async Task An_invalid_limit_or_marker_is_refused(string query, string message) =>
        (await _server.SendAsync(Requests.ListVaults("?" + query))).ExpectInvalid(message);

    [Fact]
    public async Task A_marker_stays_valid_after_its_vault_is_deleted()
    {
        await CreateAsync(["a", "b", "c", "d"]);
        var first = (await _server.SendAsync(Requests.ListVaults("?limit=2"))).Json;
        (await _server.SendAsync(Requests.DeleteVault("b"))).Expect(204);
        var marker = Uri.EscapeDataString(first.GetProperty("Marker").GetString()!);
        var second = (await _server.SendAsync(Requests.ListVaults($"?limit=2&marker={marker}"))).Json;
        Assert.Equal(["c", "d"], NamesOf(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("Marker").ValueKind);
    }

    [Fact]
    public async Task The_1001st_vault_is_refused()
    {
        await CreateAsync(Enumerable.Range(0, 1000).Select(i => $"v{i:0000}"));
        (await _server.SendAsync(Requests.CreateVault("v1000"))).ExpectLimitExceeded("has 1000 vaults");
        (await _server.SendAsync(Requests.CreateVault("v0999"))).Expect(201);
        Assert.Equal(1000, (await ReadPagesAsync("")).Sum(page => page.Count));
    }

    private async Task CreateAsync(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            (await _server.SendAsync(Requests.CreateVault(name))).Expect(201);
        }
    }

    private async Task<List<List<string>>> ReadPagesAsync(string query)
    {
        var pages = new List<List<string>>();
        string? marker = "";
        while (marker is not null)
        {
            var target = $"?marker={Uri.EscapeDataString(marker)}{query}";
            var page = (await _server.SendAsync(Requests.ListVaults(target))).Expect(200).Json;
            pages.Add(NamesOf(page));
            marker = page.GetProperty("Marker").GetString();
        }

        return pages;
    }

    private static List<string> NamesOf(JsonElement page) =>
        [.. page.GetProperty("VaultList").EnumerateArray().Select(vault => vault.GetProperty("VaultName").GetString()!)];
}
