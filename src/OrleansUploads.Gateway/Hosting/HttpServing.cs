using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>How both programs listen, start, and say that they are ready.</summary>
internal static class HttpServing
{
    /// <summary>The start of the line that reports readiness. The address follows. Scripts wait for this line.</summary>
    public const string Ready = "Ready on ";

    /// <summary>Listens for the APIs, and for the dashboard if it has a separate address.</summary>
    /// <param name="kestrel">The web server.</param>
    /// <param name="api">Address and port of the APIs.</param>
    /// <param name="dashboard">Address and port of the dashboard, or null to serve it at the address of the APIs.</param>
    /// <param name="secure">Adds TLS to an address, or null to serve plain HTTP.</param>
    public static void Listen(
        this KestrelServerOptions kestrel, IPEndPoint api, IPEndPoint? dashboard, Action<ListenOptions>? secure = null)
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

        void Configure(ListenOptions endpoint)
        {
            // HTTP/1 has one request at a time on a connection, so the limit of connections also limits requests.
            endpoint.Protocols = HttpProtocols.Http1;
            secure?.Invoke(endpoint);
        }
    }

    /// <summary>Maps the gateway and starts the application.</summary>
    /// <exception cref="IOException">The application cannot listen, among other faults (<see cref="IsAboutAddress"/>).</exception>
    public static Task StartServingAsync(this WebApplication app, CancellationToken cancellationToken = default)
    {
        app.UseRouting();
        app.MapOrleansUploads();
        return app.StartAsync(cancellationToken);
    }

    /// <summary>Whether a start failed because the web server cannot listen: the address is in use, or not one of this machine.</summary>
    public static bool IsAboutAddress(IOException fault) => fault.InnerException is SocketException or AddressInUseException;

    /// <summary>The addresses of the APIs and of the dashboard, with the ports that the system has chosen. They are the same if the
    /// dashboard has no separate address.</summary>
    public static (string Api, string Dashboard) AddressesOf(WebApplication app)
    {
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        return (addresses[0], addresses[^1]);
    }

    /// <summary>Says where the dashboard is.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="hint">What else to know, with a blank before it.</param>
    public static void PrintDashboard(string address, string hint = "") =>
        Console.WriteLine($"The dashboard is at {address.TrimEnd('/')}/dashboard.{hint}");

    /// <summary>Says that requests are served. It is the last line of a start.</summary>
    public static void PrintReady(string address) => Console.WriteLine(Ready + address);
}
