using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Storage;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Lets the processes of a cluster use its part store while the cluster holds it.</summary>
public static class ClusterParts
{
    public static StoreOwnership OwnershipOf(IStoreMark parts, IServiceProvider silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var options = silo.GetRequiredService<EntityClusterOptions>();
        var claims = new ClusterClaims(
            silo.GetRequiredService<INamedRows>(),
            options.FindStoreIdentity is { } find ? token => find(silo, token) : null);
        return new StoreOwnership(parts, claims, $"the cluster {NameOf(silo)}", isShared: true, options.Time);
    }

    /// <summary>Adds the part store of a silo, which all silos hold together.</summary>
    internal static void AddSiloParts(this IServiceCollection services)
    {
        services.AddOwnedParts(OwnershipOf);
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, StoreStart>();
        services.AddHostedService<ClaimRenewal>();
    }

    /// <summary>Adds the part store of a process that is no silo and stores bytes, such as a gateway. It follows the silos: when they have
    /// moved to another store, it stores nothing more, and they refuse what it has stored before.</summary>
    public static IServiceCollection AddFollowingParts(this IServiceCollection services)
    {
        services.AddOwnedParts(static (parts, provider) =>
            new StoreOwnership(parts, record: null, $"the cluster {NameOf(provider)}", isShared: true, TimeProvider.System));
        services.AddHostedService<FollowingStart>();
        services.AddSingleton<IOutgoingGrainCallFilter, IncarnationFilter>();
        return services;
    }

    private static void AddOwnedParts(
        this IServiceCollection services, Func<IStoreMark, IServiceProvider, StoreOwnership> ownershipOf) =>
        services.TryAddKeyedSingleton<IPartStore>(OwnedPartStore.ServiceKey, (provider, _) =>
        {
            var parts = provider.GetRequiredService<IPartStore>();
            return parts is IStoreMark marked
                ? new OwnedPartStore(parts, ownershipOf(marked, provider))
                : OwnedPartStore.RequirePrivate(parts);
        });

    private static string? NameOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId;

    /// <summary>Takes or joins the store before this silo activates grains.</summary>
    private sealed class StoreStart(IServiceProvider services) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
            nameof(StoreStart), ServiceLifecycleStage.ApplicationServices + 2, StartAsync, static _ => Task.CompletedTask);

        private async Task StartAsync(CancellationToken cancellationToken)
        {
            if (services.GetRequiredKeyedService<IPartStore>(OwnedPartStore.ServiceKey) is OwnedPartStore owned)
            {
                // With another store of the decisions, a grain storage with this name is the host's own.
                if (services.GetService<SharedStore>() is null
                    && services.GetKeyedService<IGrainStorage>(ClusterNames.GrainStorage) is MemoryGrainStorage)
                {
                    throw new NotSupportedException(
                        $"{((IStoreMark)owned.Inner).Place} outlives this process, but the grain storage '{ClusterNames.GrainStorage}' is in memory "
                        + $"and forgets what belongs to it. Use a grain storage that lasts, or a {nameof(MemoryPartStore)}.");
                }

                await ClusterStoreMark.RequireMatchAsync(
                    services.GetRequiredService<INamedRows>(), (IStoreMark)owned.Inner, owned.Ownership, cancellationToken);
                await owned.Ownership.TakeAsync(takesOver: false, cancellationToken);
            }
        }
    }

    private sealed class FollowingStart(
        [FromKeyedServices(OwnedPartStore.ServiceKey)] IPartStore parts) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => parts is OwnedPartStore owned
            ? owned.Ownership.TakeAsync(takesOver: false, cancellationToken).AsTask()
            : Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Says with each call in which store the process has stored its bytes.</summary>
    private sealed class IncarnationFilter(
        [FromKeyedServices(OwnedPartStore.ServiceKey)] IPartStore parts) : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context)
        {
            CallerStore.Announce(parts);
            return context.Invoke();
        }
    }
}
