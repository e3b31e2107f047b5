using Microsoft.Extensions.DependencyInjection;

namespace OrleansUploads.Dashboard.Tests;

public sealed class SiloViewTests : DashboardServer
{
    [Fact]
    public async Task Only_a_key_without_limits_sees_the_silos_and_where_an_upload_is_active()
    {
        await CreateVaultAsync("mine");
        var id = await NewVaultUploadAsync("mine");
        var admin = await SignInAsync(Admin);
        var silo = Assert.Single((await ReadAsync("server", admin)).Expect(200).Json.GetProperty("silos").EnumerateArray());
        Assert.Equal(
            $"10.0.0.3:11111@7 Joining {1 << 28} 35 3000 2000",
            string.Join(' ', ((string[])["address", "status", "memoryBytes", "processorPercent", "receivedPerSecond", "sentPerSecond"]).Select(name => silo.GetProperty(name))));
        var first = (await ReadAsync("containers", admin)).Expect(200).Json.GetProperty("server").GetProperty("silos");
        Assert.Equal(silo.GetRawText(), Assert.Single(first.EnumerateArray()).GetRawText());
        var upload = (await ReadAsync($"vaults/mine/uploads/{id}", admin)).Expect(200).Json;
        Assert.Equal($"silo of {id}", upload.GetProperty("silo").GetString());

        foreach (var key in new[] { Reader, Uploader })
        {
            var cookie = await SignInAsync(key);
            (await ReadAsync("server", cookie)).Expect(403);
            Assert.False((await ReadAsync($"vaults/mine/uploads/{id}", cookie)).Expect(200).Json.TryGetProperty("silo", out _));
        }
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddSingleton<IClusterMap, OneSilo>();
    }

    private sealed class OneSilo : IClusterMap
    {
        public ValueTask<IReadOnlyList<KnownSilo>> ListSilosAsync(CancellationToken cancellationToken) =>
            new([new KnownSilo("10.0.0.3:11111@7", "Joining", MemoryBytes: 1 << 28, ProcessorPercent: 35, ReceivedPerSecond: 3000, SentPerSecond: 2000)]);

        public ValueTask<string?> FindSiloAsync(EntityId entity, CancellationToken cancellationToken) => new($"silo of {entity.Key}");
    }
}
