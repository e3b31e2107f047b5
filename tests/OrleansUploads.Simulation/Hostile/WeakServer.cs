using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Cli.Serving;
using OrleansUploads.Gateway;

namespace OrleansUploads.Simulation.Hostile;

/// <summary><c>serve</c> without one of its defences. Runs in its own process.</summary>
internal static class WeakServer
{
    /// <summary>Connections are limited, but a new one is refused while all are in use.</summary>
    public const string NoEviction = "no-eviction";

    /// <summary>The number of connections is unlimited.</summary>
    public const string NoLimit = "no-limit";

    /// <summary>One account may use all concurrent body slots.</summary>
    public const string NoShares = "no-shares";

    /// <summary>Fewer than the uploads that one account may send at once. So slow senders hold every connection. The server ends none of
    /// them.</summary>
    private const int FewConnections = 60;

    private static readonly TimeSpan VeryLong = TimeSpan.FromHours(1);

    public static Task<int> RunAsync(string weakness, string[] args) =>
        ServeCommand.Create(new ServerSeams { Services = services => Plant(weakness, services) }).Parse(args).InvokeAsync();

    private static void Plant(string weakness, IServiceCollection services)
    {
        BePatient(services);
        switch (weakness)
        {
            case NoEviction:
                UsePlainListener(services);
                services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxConcurrentConnections = FewConnections);
                break;
            case NoLimit:
                UsePlainListener(services);
                break;
            case NoShares:
                Change(services, static options => options with { AccountShare = 1 });
                break;
            default:
                throw new ArgumentException(
                    $"Unknown weakness '{weakness}'. Valid: {NoEviction}, {NoLimit}, {NoShares}.", nameof(weakness));
        }
    }

    /// <summary>Makes the server wait for slow clients longer than any attack lasts. Otherwise, on a machine under load, it would close the
    /// connections of an attacker who cannot keep the pace, and the weakness would go unnoticed.</summary>
    private static void BePatient(IServiceCollection services)
    {
        Change(services, static options => options with
        {
            MinBodyBytesPerSecond = 0,
            MinBodyBytesPerSecondWhenScarce = 0,
        });
        services.Configure<KestrelServerOptions>(static kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = VeryLong;
            kestrel.Limits.KeepAliveTimeout = VeryLong;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
    }

    private static void Change(IServiceCollection services, Func<GatewayOptions, GatewayOptions> change)
    {
        var registered = services.Single(service => service.ServiceType == typeof(GatewayOptions));
        services.Remove(registered);
        services.AddSingleton(change((GatewayOptions)registered.ImplementationInstance!));
    }

    /// <summary>The web server uses the listener that was added last. Its own was added first.</summary>
    private static void UsePlainListener(IServiceCollection services) =>
        services.Remove(services.Last(service => service.ServiceType == typeof(IConnectionListenerFactory)));
}
