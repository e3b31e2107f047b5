using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Hosting;

namespace OrleansUploads.Testing;

/// <summary>The web application that serves a test on the loopback address.</summary>
internal static class TestGateway
{
    /// <param name="port">0 for a free one.</param>
    /// <param name="options">The options of the fronts.</param>
    /// <param name="time">The time of day for clients.</param>
    /// <param name="lost">The answers that clients do not get.</param>
    /// <param name="add">Adds what the fronts serve, and the fronts.</param>
    public static WebApplication Build(
        int port, GatewayOptions options, TestTime time, LostAnswers lost, Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddLogging();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddOrleansUploadsServer(options);
        add(builder.Services);
        var app = builder.Build();
        app.Use((context, next) =>
        {
            // Clients correct their clocks by it, and Kestrel would send the system's time.
            context.Response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
            return next(context);
        });
        app.Use(lost.ServeAsync);
        app.MapOrleansUploads();
        return app;
    }

    /// <returns>Its address.</returns>
    public static async Task<Uri> StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        await app.StartAsync(cancellationToken);
        return new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }
}
