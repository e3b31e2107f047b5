using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Cli.Serving;
using OrleansUploads.Gateway;

namespace OrleansUploads.Simulation.Hostile;

/// <summary><c>serve</c> as it is built, with one of its defences taken away. Runs in a process of its own.</summary>
internal static class WeakServer
{
    /// <summary>Connections are limited, but a newcomer is turned away where all are in use.</summary>
    public const string NoEviction = "no-eviction";

    /// <summary>Nothing limits connections.</summary>
    public const string NoLimit = "no-limit";

    /// <summary>One account may use all concurrent body slots.</summary>
    public const string NoShares = "no-shares";

    private const int FewConnections = 300;

    public static Task<int> RunAsync(string weakness, string[] args) =>
        ServeCommand.Create(configure: services => Plant(weakness, services)).Parse(args).InvokeAsync();

    private static void Plant(string weakness, IServiceCollection services)
    {
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
                var options = services.Single(service => service.ServiceType == typeof(GatewayOptions));
                services.Remove(options);
                services.AddSingleton(((GatewayOptions)options.ImplementationInstance!) with
                {
                    AccountShare = 1,
                    MinBodyBytesPerSecondWhenScarce = 0,
                });
                break;
            default:
                throw new ArgumentException($"There is no weakness {weakness}.", nameof(weakness));
        }
    }

    /// <summary>The web server's own listener was added first, and the last one that was added is used.</summary>
    private static void UsePlainListener(IServiceCollection services) =>
        services.Remove(services.Last(service => service.ServiceType == typeof(IConnectionListenerFactory)));
}
