using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Reclaim;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Puts the entities into a silo, and the way to them into whoever talks to the cluster.</summary>
public static class ClusterServices
{
    /// <summary>Adds the entities to a silo. The silo brings an <see cref="IPartStore"/>, a grain storage provider named
    /// <see cref="ClusterNames.GrainStorage"/>, a reminder service and clustering.</summary>
    public static ISiloBuilder AddOrleansUploads(this ISiloBuilder silo, ClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        silo.AddReminders();
        silo.Services.AddSingleton(options);
        silo.Services.AddSingleton(new EntityCatalog(
            options.Uploads, options.Retrievals, options.Accounts, options.Inventories, OtherHosts.Expected, VaultLife.FewestShards));
        silo.Services.AddSingleton<EntityGrainPorts>();
        silo.Services.AddSingleton(services => new AttemptCollector(
            services.GetRequiredService<IEntityHost>(), services.GetRequiredService<IPartStore>(), options.Time));
        silo.Services.AddHostedService<AttemptCollection>();
        silo.Services.Configure<GrainCollectionOptions>(collection =>
        {
            foreach (var grain in (ReadOnlySpan<Type>)[
                typeof(AccountGrain), typeof(VaultGrain), typeof(ArchiveShardGrain), typeof(JobsGrain), typeof(UploadGrain)])
            {
                collection.ClassSpecificCollectionAge[grain.FullName!] = options.IdleLife;
            }
        });
        silo.Services.AddOrleansUploadsClient();
        return silo;
    }

    /// <summary>Adds the way to the entities; for silos, and for gateways that are clients of a cluster.</summary>
    public static IServiceCollection AddOrleansUploadsClient(this IServiceCollection services)
    {
        services.TryAddSingleton<IEntityHost, ClusterHost>();
        return services;
    }
}
