using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Serving;

/// <summary>How both programs listen, start, and say that they are ready.</summary>
internal static class HttpServing
{
    /// <summary>The start of the line that reports readiness. The address follows. Scripts wait for this line.</summary>
    public const string Ready = "Ready on ";

    /// <summary>Listens for the APIs, for the dashboard if it has a separate address, and for Prometheus.</summary>
    /// <param name="kestrel">The web server.</param>
    /// <param name="api">Address and port of the APIs.</param>
    /// <param name="dashboard">Address and port of the dashboard, or null to serve it at the address of the APIs.</param>
    /// <param name="metrics">Address and port of the metrics for Prometheus, or null for none.</param>
    /// <param name="secure">Adds TLS to an address, or null to serve plain HTTP.</param>
    public static void Listen(
        this KestrelServerOptions kestrel, IPEndPoint api, IPEndPoint? dashboard, IPEndPoint? metrics, Action<ListenOptions>? secure = null)
    {
        kestrel.Listen(api, Configure);
        if (dashboard is not null)
        {
            kestrel.Listen(dashboard, endpoint =>
            {
                OwnAddress.Use(endpoint);
                Configure(endpoint);
            });
        }

        if (metrics is not null)
        {
            kestrel.Listen(metrics, endpoint =>
            {
                ((IConnectionBuilder)endpoint).Use(static next => connection =>
                {
                    connection.Features.Set(MetricsAddress.Mark);
                    return next(connection);
                });
                Configure(endpoint);
            });
        }

        void Configure(ListenOptions endpoint)
        {
            // HTTP/1 has one request at a time on a connection, so the limit of connections also limits requests.
            endpoint.Protocols = HttpProtocols.Http1;
            secure?.Invoke(endpoint);
        }
    }

    /// <summary>Maps the gateway and starts the application.</summary>
    /// <param name="app">The application.</param>
    /// <param name="telemetry">The metrics for Prometheus, which are served at their own address and nowhere else.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="IOException">The application cannot listen, among other faults (<see cref="IsAboutAddress"/>).</exception>
    public static Task StartServingAsync(
        this WebApplication app, TelemetryExport? telemetry, CancellationToken cancellationToken = default)
    {
        if (telemetry?.ScrapedMetrics is { } scraped)
        {
            app.MapWhen(
                static context => context.Features.Get<MetricsAddress>() is not null,
                metrics => metrics.UseOpenTelemetryPrometheusScrapingEndpoint(
                    scraped, predicate: null, path: null, configureBranchedPipeline: null, optionsName: null));
        }

        app.UseRouting();
        app.MapOrleansUploads();
        return app.StartAsync(cancellationToken);
    }

    /// <summary>Whether a start failed because the web server cannot listen: the address is in use, or not one of this machine.</summary>
    public static bool IsAboutAddress(IOException fault) => fault.InnerException is SocketException or AddressInUseException;

    /// <summary>The addresses of an application, with the ports that the system has chosen.</summary>
    /// <param name="app">The application.</param>
    /// <param name="dashboard">The address of the dashboard, as it was passed to <see cref="Listen"/>.</param>
    /// <param name="metrics">The address of the metrics, as it was passed to <see cref="Listen"/>.</param>
    public static ServingAddresses AddressesOf(WebApplication app, IPEndPoint? dashboard, IPEndPoint? metrics)
    {
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        return new(addresses[0], addresses[dashboard is null ? 0 : 1], metrics is null ? null : addresses[^1]);
    }

    /// <summary>Prints what a server says when it starts or stops. One that cannot write it serves on, because clients free a full disk.</summary>
    public static void Print(Action lines)
    {
        try
        {
            lines();
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Says where the dashboard is.</summary>
    /// <param name="hint">What else to know, with a blank before it.</param>
    public static void PrintDashboard(string address, string hint = "") =>
        Console.WriteLine($"The dashboard is at {address.TrimEnd('/')}/dashboard.{hint}");

    /// <summary>Says where the metrics are, if they are offered.</summary>
    public static void PrintMetrics(string? address)
    {
        if (address is not null)
        {
            Console.WriteLine($"Prometheus finds metrics at {address.TrimEnd('/')}/metrics.");
        }
    }

    /// <summary>Says that requests are served. It is the last line of a start.</summary>
    public static void PrintReady(string address) => Console.WriteLine(Ready + address);
}

/// <summary>Where an application is served.</summary>
/// <param name="Api">The address of the APIs.</param>
/// <param name="Dashboard">The address of the dashboard: that of the APIs if it has no separate one.</param>
/// <param name="Metrics">The address of the metrics for Prometheus, or null if there are none.</param>
internal readonly record struct ServingAddresses(string Api, string Dashboard, string? Metrics);

/// <summary>A feature of the connections to the address of the metrics, at which nothing else is served.</summary>
internal sealed class MetricsAddress
{
    private MetricsAddress()
    {
    }

    public static MetricsAddress Mark { get; } = new();
}
