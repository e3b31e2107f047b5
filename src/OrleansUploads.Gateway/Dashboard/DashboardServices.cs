using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansUploads.Gateway.Dashboard.Assets;
using OrleansUploads.Gateway.Dashboard.Figures;
using OrleansUploads.Gateway.Dashboard.Live;
using OrleansUploads.Gateway.Dashboard.Sessions;
using OrleansUploads.Gateway.Dashboard.Views;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.Dashboard;

/// <summary>Registers the front of the dashboard.</summary>
internal static class DashboardServices
{
    /// <summary>The minimum time between two readings of a live view.</summary>
    private static readonly TimeSpan LiveInterval = TimeSpan.FromSeconds(1);

    /// <summary>Adds the dashboard to a gateway with the front of the vault API. It must be added before S3, which claims every
    /// path.</summary>
    public static IServiceCollection AddDashboardFront(this IServiceCollection services)
    {
        services.TryAddSingleton<BucketFinder>();
        services.AddSingleton<DashboardAssets>();
        services.AddSingleton<SignInChallenge>();
        services.AddSingleton<SessionTable>();
        services.AddSingleton<FailedSignIns>();
        services.TryAddSingleton(provider =>
            new LiveStreams(LiveInterval, provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton<VaultFinder>();
        services.AddSingleton(static provider => new CollectorFigures(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SiloView>();
        services.AddSingleton<UploadNotes>();
        services.AddSingleton<ServerView>();
        services.AddSingleton<ContainerView>();
        services.AddSingleton<VaultUploadView>();
        services.AddSingleton<BucketUploadView>();
        services.AddSingleton<StoredView>();
        services.AddSingleton<JobView>();
        services.AddSingleton<DashboardOperations>();
        services.AddSingleton<DashboardSignIn>();
        services.AddSingleton<DashboardPipeline>();
        services.AddSingleton<IFront, DashboardFront>();
        return services;
    }
}
