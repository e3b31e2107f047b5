using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Hosting;

namespace OrleansUploads.Dashboard;

/// <summary>Adds the dashboard to an application that serves uploads.</summary>
public static class DashboardServices
{
    /// <summary>The minimum time between two readings of a live view.</summary>
    private static readonly TimeSpan LiveInterval = TimeSpan.FromSeconds(1);

    /// <summary>Adds the dashboard at the path <c>/dashboard</c>, with which people look at uploads in a browser. The gateway serves it,
    /// which <see cref="LocalServices.AddOrleansUploads"/> or <see cref="GatewayServices.AddOrleansUploadsFronts"/> adds, before or
    /// after.</summary>
    /// <param name="hasOwnAddress">Whether it is served only on connections that <see cref="UseUploadsDashboard"/> marks.</param>
    public static IServiceCollection AddUploadsDashboard(this IServiceCollection services, bool hasOwnAddress = false)
    {
        services.TryAddSingleton(static provider =>
            new LiveStreams(LiveInterval, provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton<PageFiles>();
        services.AddSingleton<SignInChallenge>();
        services.AddSingleton<SessionTable>();
        services.AddSingleton<FailedSignIns>();
        services.AddSingleton<DashboardSignIn>();
        services.AddSingleton(static provider => new CollectorFigures(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static provider => new TrafficFigures(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ITrafficMeter>(static provider => provider.GetRequiredService<TrafficFigures>());
        services.AddSingleton(static provider => new BucketSums(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ServerView>();
        services.AddSingleton<UploadNotes>();
        services.AddSingleton<DashboardOperations>();
        services.AddSingleton<IFront>(provider => ActivatorUtilities.CreateInstance<DashboardFront>(provider, hasOwnAddress));
        return services;
    }

    /// <summary>Serves the dashboard at an address, and nothing else, so that no stored bytes have its origin.</summary>
    public static void UseUploadsDashboard(this ListenOptions endpoint) => OwnAddress.Use(endpoint);
}
