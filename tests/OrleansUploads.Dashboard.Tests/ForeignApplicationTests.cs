using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansUploads.Gateway.Hosting;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>The dashboard inside an application of somebody else, as docs/extending.md shows it.</summary>
public sealed class ForeignApplicationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orleansuploads-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_has_the_dashboard_if_it_adds_it(bool isAdded)
    {
        await using var app = await StartAsync(services => isAdded ? services.AddUploadsDashboard() : services);
        Assert.Equal(isAdded, await HasDashboardAsync(Assert.Single(AddressesOf(app))));
    }

    [Fact]
    public async Task The_dashboard_is_at_an_address_of_its_own_and_nowhere_else()
    {
        await using var app = await StartAsync(
            static services => services.AddUploadsDashboard(hasOwnAddress: true),
            static kestrel => kestrel.ListenLocalhost(FreePort.Take(1)[0], static endpoint => endpoint.UseUploadsDashboard()));
        var haveDashboard = await Task.WhenAll(AddressesOf(app).Select(HasDashboardAsync));
        Assert.Equal([false, true], haveDashboard);
    }

    private async Task<WebApplication> StartAsync(
        Func<IServiceCollection, IServiceCollection> add, Action<KestrelServerOptions>? listen = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            listen?.Invoke(kestrel);
        });
        add(builder.Services.AddOrleansUploads(_folder.FullName));
        var app = builder.Build();
        app.MapOrleansUploads();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task<bool> HasDashboardAsync(Uri address)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(address, "/dashboard/"), TestContext.Current.CancellationToken);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return page.Contains("<title>", StringComparison.Ordinal);
    }

    private static IEnumerable<Uri> AddressesOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address));
}
