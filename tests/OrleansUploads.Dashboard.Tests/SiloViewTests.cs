using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Engine.Ports;
using static OrleansUploads.Dashboard.Tests.DashboardServer;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

public sealed class SiloViewTests : IAsyncLifetime
{
    private readonly DashboardServer _server = new(static services => services.AddSingleton<IClusterMap, OneSilo>());
    private string _upload = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        (await _server.Server.SendAsync(CreateVault("mine"))).Expect(201);
        _upload = (await _server.Server.SendAsync(Initiate("mine", MiB))).Expect(201).Header("x-amz-multipart-upload-id")!;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_key_without_limits_sees_the_silos_and_where_an_upload_is_active()
    {
        var cookie = await _server.SignInAsync(Admin);
        var silo = Assert.Single((await _server.GetAsync("server", cookie)).Expect(200).Json.GetProperty("silos").EnumerateArray());
        Assert.Equal("10.0.0.3:11111@7 Joining", $"{silo.GetProperty("address")} {silo.GetProperty("status")}");
        var upload = (await _server.GetAsync($"vaults/mine/uploads/{_upload}", cookie)).Expect(200).Json;
        Assert.Equal($"silo of {_upload}", upload.GetProperty("silo").GetString());
    }

    [Fact]
    public async Task A_key_with_limits_sees_no_silos()
    {
        foreach (var key in new[] { Reader, Uploader })
        {
            var cookie = await _server.SignInAsync(key);
            (await _server.GetAsync("server", cookie)).Expect(403);
            var upload = (await _server.GetAsync($"vaults/mine/uploads/{_upload}", cookie)).Expect(200).Json;
            Assert.False(upload.TryGetProperty("silo", out _));
        }
    }

    private sealed class OneSilo : IClusterMap
    {
        public ValueTask<IReadOnlyList<KnownSilo>> ListSilosAsync(CancellationToken cancellationToken) =>
            new([new KnownSilo("10.0.0.3:11111@7", "Joining")]);

        public ValueTask<string?> FindSiloAsync(EntityId entity, CancellationToken cancellationToken) => new($"silo of {entity.Key}");
    }
}
