namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>An account with 21 vaults, named v00 to v20.</summary>
public sealed class ManyVaultsFixture : GatewayFixture
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Assert.Equal("""{"Marker":null,"VaultList":[]}""", (await SendAsync(Requests.ListVaults())).Expect(200).Text);
        for (var number = 20; number >= 0; number--)
        {
            (await SendAsync(Requests.CreateVault($"v{number:00}"))).Expect(201);
        }
    }
}

public sealed class VaultListTests(ManyVaultsFixture gateway) : IClassFixture<ManyVaultsFixture>
{
    [Fact]
    public async Task Vaults_are_listed_by_name_in_pages_of_ten()
    {
        var pages = new List<string[]>();
        string? marker = "";
        while (marker is not null)
        {
            var page = (await gateway.SendAsync(Requests.ListVaults($"?marker={Uri.EscapeDataString(marker)}"))).Expect(200).Json;
            pages.Add(NamesOf(page));
            marker = page.GetProperty("Marker").GetString();
        }

        Assert.Equal([10, 10, 1], pages.Select(page => page.Length));
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
    public async Task A_limit_above_the_maximum_is_reduced_to_it(string query, int vaults) =>
        Assert.Equal(vaults, NamesOf((await gateway.SendAsync(Requests.ListVaults("?" + query))).Expect(200).Json).Length);

    [Theory]
    [InlineData("limit=0", "Invalid limit: 0")]
    [InlineData("limit=-1", "Invalid limit: -1")]
    [InlineData("limit=1.5", "Invalid limit: 1.5")]
    [InlineData("limit=", "Invalid limit: ")]
    [InlineData("limit=ten", "Invalid limit: ten")]
    [InlineData("marker=nonsense", "Invalid marker: nonsense")]
    [InlineData("marker=arn:aws:glacier:us-east-1:999999999999:vaults/a", "Invalid marker")]
    public async Task An_invalid_limit_or_marker_is_refused(string query, string message) =>
        (await gateway.SendAsync(Requests.ListVaults("?" + query))).ExpectInvalid(message);

    [Theory]
    [InlineData("a+b", "a%20b", "Invalid marker: a b.")]
    [InlineData("a%2Bb", "a%2Bb", "Invalid marker: a+b.")]
    [InlineData("a+b", "a%2Bb", null)]
    public async Task A_plus_sign_in_a_query_is_a_blank(string sent, string signedMarker, string? message)
    {
        var headers = gateway.Server.Sign(Requests.ListVaults("?marker=" + signedMarker));
        var answer = await gateway.Server.SendAsync(Requests.ListVaults("?marker=" + sent), headers);
        if (message is null)
        {
            answer.ExpectWrongSignature("does not match");
        }
        else
        {
            answer.ExpectInvalid(message);
        }
    }

    [Fact]
    public async Task A_marker_stays_valid_after_its_vault_is_deleted()
    {
        var first = (await gateway.SendAsync(Requests.ListVaults("?limit=2"))).Json;
        Assert.Equal(["v00", "v01"], NamesOf(first));
        (await gateway.SendAsync(Requests.DeleteVault("v01"))).Expect(204);
        try
        {
            var marker = Uri.EscapeDataString(first.GetProperty("Marker").GetString()!);
            var second = (await gateway.SendAsync(Requests.ListVaults($"?limit=2&marker={marker}"))).Json;
            Assert.Equal(["v02", "v03"], NamesOf(second));
        }
        finally
        {
            (await gateway.SendAsync(Requests.CreateVault("v01"))).Expect(201);
        }
    }

    private static string[] NamesOf(JsonElement page) =>
        [.. page.GetProperty("VaultList").EnumerateArray().Select(vault => vault.GetProperty("VaultName").GetString()!)];
}
