using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Storage;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Registers the entities in a silo, and access to them in silos and cluster clients.</summary>
public static class ClusterServices
{
    /// <summary>Each shard is a grain with its own rows, and an inventory asks all that have archives one after the other,
    /// so there are fewer of them than in one process.</summary>
    private const int ArchiveShards = VaultIncarnation.FewShards;

    /// <summary>Adds the entities to a silo, over grain storage, with a store for the bytes. The caller must also register a grain storage
    /// provider named <see cref="ClusterNames.GrainStorage"/>, a reminder service and clustering.</summary>
    /// <param name="parts">Where the bytes are. All silos have the same store.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The host has OrleansUploads already.</exception>
    public static ISiloBuilder AddOrleansUploads(this ISiloBuilder silo, IPartStore parts, EntityClusterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(parts);
        silo.Services.AddSingleton(parts);
        return silo.AddOrleansUploads(options ?? new EntityClusterOptions());
    }

    /// <summary>Adds the entities to a silo, over grain storage. The caller must also register an <see cref="IPartStore"/>, a grain storage
    /// provider named <see cref="ClusterNames.GrainStorage"/>, a reminder service and clustering.</summary>
    /// <exception cref="InvalidOperationException">The host has OrleansUploads already.</exception>
    public static ISiloBuilder AddOrleansUploads(this ISiloBuilder silo, EntityClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, GrainStorageRequirement>();
        silo.AddReminders();
        silo.Services.TryAddKeyedSingleton<IGrainStorageSerializer>(ClusterNames.GrainStorage, static (services, _) =>
            new JournalRowSerializer(services.GetRequiredService<IGrainStorageSerializer>()));
        silo.Services.AddSingleton<IEntityJournals, GrainStorageJournals>();
        silo.Services.AddSingleton<INamedRows, GrainStorageRows>();
        return silo.AddEntities(options);
    }

    /// <summary>Adds the entities to a silo, over a store that all silos share. The caller must also register an <see cref="IPartStore"/>
    /// and clustering. There are no reminders.</summary>
    /// <exception cref="InvalidOperationException">The host has OrleansUploads already.</exception>
    public static ISiloBuilder AddOrleansUploads(this ISiloBuilder silo, EntityClusterOptions options, SharedStore store)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(store);
        return silo.AddOrleansUploads(options, _ => store);
    }

    /// <summary>Adds the entities over a store that is made from the services of the silo, such as its service ID.</summary>
    internal static ISiloBuilder AddOrleansUploads(
        this ISiloBuilder silo, EntityClusterOptions options, Func<IServiceProvider, SharedStore> makeStore)
    {
        silo.Services.AddSingleton(makeStore);
        silo.Services.AddSingleton<IEntityJournals>(static services => new SharedJournals(services.GetRequiredService<SharedStore>().Journal));
        silo.Services.AddSingleton(static services => services.GetRequiredService<SharedStore>().Rows);
        silo.AddEntities(options);
        silo.Services.AddSingleton<SiloShare>();
        silo.Services.AddHostedService<DueEntities>();
        return silo;
    }

    private static ISiloBuilder AddEntities(this ISiloBuilder silo, EntityClusterOptions options)
    {
        if (silo.Services.Any(static service => service.ServiceType == typeof(EntityCatalog) || service.ServiceType == typeof(EmbeddedEngine)))
        {
            throw new InvalidOperationException(
                "The host has OrleansUploads already. Call AddOrleansUploads once: for its silo, or for a data folder of this process.");
        }

        silo.Services.AddSingleton(options);
        silo.Services.AddSingleton(services => new EntityCatalog(
            options.Engine.Telling(services.GetService<IUploadEvents>() is not null),
            new EntityLayout { IsShared = true, ArchiveShards = ArchiveShards }));
        silo.AddPlacementDirector<GroupPlacement, GroupPlacementDirector>();
        silo.Services.AddSiloParts();
        silo.Services.AddSingleton<EntityGrainPorts>();
        silo.Services.AddSingleton(new SiloDeparture(options.Time));
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            static services => services.GetRequiredService<SiloDeparture>());
        AddClock(silo.Services, options);
        silo.Services.AddSingleton(services =>
            new EngineLog(services.GetRequiredService<ILogger<EngineLog>>(), options.Time));
        silo.Services.AddSingleton(services => new AttemptCollector(
            services.GetRequiredKeyedService<IEntityHost>(ClusterNames.DirectHost),
            services.GetRequiredKeyedService<IPartStore>(OwnedPartStore.ServiceKey),
            services.GetRequiredService<IServiceClock>(),
            log: services.GetRequiredService<EngineLog>()));
        silo.Services.AddHostedService<AttemptCollection>();
        silo.Services.AddHostedService<SiloTelemetry>();
        silo.Services.AddKeyedSingleton<IControllable, SiloTraffic>(SiloTraffic.Name);
        silo.Services.Configure<GrainCollectionOptions>(collection =>
        {
            foreach (var (grain, _) in EntityGrains.Kinds.Values)
            {
                collection.ClassSpecificCollectionAge[grain.FullName!] = options.IdleLife;
            }
        });
        silo.Services.AddOrleansUploadsClient();
        return silo;
    }

    /// <summary>Repairs the membership table while a silo joins: declares its earlier incarnations dead, suspects silos that are missing,
    /// gives up connections to the earlier incarnations of others, and refuses silos that have another database, such as a copy. Use it only
    /// in a process that holds the ports of the silo exclusively, because it would also remove a silo that is running at the same
    /// address.</summary>
    public static ISiloBuilder AddMembershipRepair(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, PredecessorRemoval>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SilentSiloSuspicion>();
        silo.Services.AddSingleton<PredecessorConnections>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            static services => services.GetRequiredService<PredecessorConnections>());
        silo.Services.AddSingleton<MemberConnections>();
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<PredecessorConnections, MemberConnections>(static (options, predecessors, members) =>
        {
            options.ConfigureSiloInboundConnection(builder => builder
                .Use(next => connection => predecessors.ServeInboundAsync(connection, next))
                .Use(next => connection => members.ServeInboundAsync(connection, next)));
            options.ConfigureSiloOutboundConnection(builder => builder
                .Use(next => connection => predecessors.ServeOutboundAsync(connection, next))
                .Use(next => connection => members.ServeOutboundAsync(connection, next)));
        });

        // A healthy silo writes a heartbeat in each probe timeout. How old a heartbeat may be stays as it was.
        silo.Services.AddOptions<ClusterMembershipOptions>().PostConfigure(membership =>
        {
            var maxAge = membership.IAmAliveTablePublishTimeout * membership.NumMissedTableIAmAliveLimit;
            membership.IAmAliveTablePublishTimeout = membership.ProbeTimeout;
            membership.NumMissedTableIAmAliveLimit = (int)Math.Ceiling(maxAge / membership.ProbeTimeout);
        });
        return silo;
    }

    private static void AddClock(IServiceCollection services, EntityClusterOptions options)
    {
        if (options.Clock is { } clock)
        {
            services.AddSingleton(clock);
            return;
        }

        services.AddSingleton<SiloClocks>();
        services.AddSingleton(services => new ServiceClock(
            options.Time == TimeProvider.System ? new SystemHostClock() : new HostClock(options.Time),
            () => services.GetRequiredService<SiloClocks>().Agrees,
            () => services.GetRequiredService<SiloClocks>().IsOutvoted));
        services.AddSingleton<IServiceClock>(services => services.GetRequiredService<ServiceClock>());
        services.AddHostedService<ServiceRecord>();
    }

    /// <summary>Adds an <see cref="IEntityHost"/>, which asks the entities of a cluster, to a process that has Orleans' client. A silo with
    /// the entities has it already.</summary>
    public static IServiceCollection AddOrleansUploadsClient(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton<IEntityHost, ClusterHost>(ClusterNames.DirectHost);
        services.TryAddSingleton<IClusterMap, ClusterMap>();
        services.TryAddSingleton(static services => new SharedUploads(
            services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IWriteClaims>(static services => services.GetRequiredService<SharedUploads>());
        services.TryAddSingleton<IUploadEnds>(static services => services.GetRequiredService<SharedUploads>());
        services.TryAddSingleton<IEntityHost>(static services =>
        {
            var time = services.GetRequiredService<TimeProvider>();
            var failover = new FailoverHost(
                services.GetRequiredKeyedService<IEntityHost>(ClusterNames.DirectHost),
                new FailoverOptions(),
                time,
                services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            return new RecentPoliciesHost(failover, time);
        });
        return services;
    }
}
