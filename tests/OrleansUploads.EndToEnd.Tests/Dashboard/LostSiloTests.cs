using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansUploads.Dashboard;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>What the dashboard says of a cluster that has lost a silo. Tests of the cluster show that such a silo is listed.</summary>
[Campaign]
public sealed class LostSiloTests
{
    [Fact]
    public async Task A_silo_that_has_stopped_answering_needs_attention_and_the_others_show_their_rates()
    {
        using var folder = new TemporaryFolder();
        var key = KeyPair.Create(KeyPair.DefaultAccount, DateTimeOffset.UtcNow);
        KeyFile.InFolder(DurableFolder.Make(folder.Data)).Change(_ => [key]);
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.Services.AddOrleansUploads(folder.Data);
        builder.Services.AddUploadsDashboard();
        builder.Services.AddSingleton<IClusterMap, ThreeSilos>();
        await using var application = builder.Build();
        application.MapOrleansUploads();
        await application.StartAsync(Cancellation);
        await using var browser = await Browser.StartAsync(new Uri(application.Urls.First()));

        await browser.SignInAsync(key.AccessKeyId, key.SecretAccessKey);

        await browser.WaitForAsync("Silo 10.0.0.3:11111@171 has stopped answering, and the others do its work.");
        await browser.WaitForAsync("3 silos, 2 active", "93.0 MiB/s");
        await browser.TakePictureAsync("tour-lost-silo");
    }

    private sealed class ThreeSilos : IClusterMap
    {
        private const long MiB = 1 << 20;

        public ValueTask<IReadOnlyList<KnownSilo>> ListSilosAsync(CancellationToken cancellationToken) => new(
        [
            new KnownSilo("10.0.0.1:11111@170", "Active", 480 * MiB, 45, 93 * MiB, 12 * MiB),
            new KnownSilo("10.0.0.2:11111@170", "Active", 464 * MiB, 40, 88 * MiB, 31 * MiB),
            new KnownSilo("10.0.0.3:11111@171", "Dead"),
        ]);

        public ValueTask<string?> FindSiloAsync(EntityId entity, CancellationToken cancellationToken) => new((string?)null);
    }
}
