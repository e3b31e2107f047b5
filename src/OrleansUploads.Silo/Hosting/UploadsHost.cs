using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Dashboard;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Postgres.Database;
using OrleansUploads.Postgres.Hosting;
using OrleansUploads.Silo.Health;
using OrleansUploads.Silo.Moving;

namespace OrleansUploads.Silo.Hosting;

/// <summary>Registers the silo and the gateway.</summary>
internal static class UploadsHost
{
    /// <summary>How much the clocks of two silos may differ before one keeps the other from joining.</summary>
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromDays(7);

    /// <summary>Registers the services that the role of the process needs.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="parts">Keeps the bytes.</param>
    /// <param name="database">The database, if the cluster uses PostgreSQL.</param>
    /// <param name="lastGeneration">The latest generation of the silos at this silo's address, or 0 if there was none.</param>
    public static void AddUploads(
        this WebApplicationBuilder builder, SiloSettings settings, IPartStore parts, PostgresDatabase? database, int lastGeneration)
    {
        var options = settings.ToOptions();
        builder.Services.AddSingleton(settings);
        if (database is not null)
        {
            builder.Services.AddDatabase(database);
        }

        builder.Services.AddSingleton(parts);
        builder.Services.AddSingleton(options.Engine.Maintenance);
        builder.Services.AddSingleton(
            new ServerDescription(
                ServerDescription.VersionOf(typeof(UploadsHost).Assembly), SqliteVersion: null, settings.PartsPlace));
        builder.Services.AddHttpNotices(options);
        builder.Services.AddSingleton<ICredentialStore>(services => CreateCredentials(settings, services));
        builder.Services.AddSingleton<IdSource>();
        var gateway = options.Gateway;
        builder.Services.AddOrleansUploadsServer(gateway).AddOrleansUploadsFronts(
            settings.Role == ProcessRole.Silo
                ? gateway with { NodeName = new IPEndPoint(settings.Address, settings.SiloPort).ToString() }
                : gateway);
        if (settings.Dashboard)
        {
            builder.Services.AddUploadsDashboard(hasOwnAddress: settings.DashboardAddress is not null);
        }

        builder.Services.AddSiloHealthChecks(settings);
        if (settings.Role == ProcessRole.Silo)
        {
            builder.UseOrleans(silo => AddSilo(silo, settings, parts, database, lastGeneration));
        }
        else
        {
            builder.UseOrleansClient(client => AddClient(client, settings, database));
            builder.Services.AddOrleansUploadsClient();
            builder.Services.AddFollowingParts();
        }
    }

    private static void AddSilo(
        ISiloBuilder silo, SiloSettings settings, IPartStore parts, PostgresDatabase? database, int lastGeneration)
    {
        AddEntities(silo, settings, database);
        silo.Services.Replace(ServiceDescriptor.Singleton<ILocalSiloDetails>(services =>
            ActivatorUtilities.CreateInstance<SiloIdentity>(services, settings, lastGeneration)));
        silo.Services.AddSingleton<IFatalErrorHandler, FatalExit>();
        if (settings.Tls is { } tls)
        {
            silo.UseClusterTls(tls);
        }

        // Without TLS, silos trust every peer that reaches these ports, so the ports listen on one address only.
        silo.ConfigureEndpoints(
            settings.Address, settings.SiloPort, settings.ClientPort, listenOnAnyHostAddress: false);
        silo.Configure<ClusterMembershipOptions>(membership => Configure(membership, settings));
        silo.Configure<SiloMessagingOptions>(static messaging => messaging.SystemResponseTimeout = FailoverOptions.ServiceAttemptTime);
        if (settings.ShedLoadAtCpuPercent is { } percent)
        {
            silo.Configure<LoadSheddingOptions>(shedding =>
            {
                shedding.LoadSheddingEnabled = true;
                shedding.CpuThreshold = percent;
            });
        }

        if (settings.Clustering != ClusterStore.Localhost)
        {
            // The process holds its ports exclusively (PortClaims), so no other silo is running at this address.
            silo.AddMembershipRepair();
        }

        silo.AddActivityPropagation();
        if (parts is IStoreMark)
        {
            // Runs after the storage is open and before this silo activates grains.
            silo.AddStartupTask(
                (services, cancellationToken) => services.GetRequiredService<StartRefusal>().RunAsync(
                    () => RequireStoreAsync(services, settings, database, cancellationToken)),
                ServiceLifecycleStage.ApplicationServices + 1);
        }
    }

    private static void Configure(ClusterMembershipOptions membership, SiloSettings settings)
    {
        membership.ProbeTimeout = settings.ProbeTimeout;
        membership.NumMissedProbesLimit = settings.MissedProbes;

        // A machine that disappears leaves its connections open. Detecting it takes up to this timeout for each missed probe.
        membership.MaxProbeTimeout = 2 * settings.ProbeTimeout;

        // Silos judge each other's times by their own clocks: when a silo began to join, and whether its generation is so old that it
        // must be dead. One silo with a wrong clock must not keep the others out. The rows of dead silos are kept for as long.
        membership.MaxJoinAttemptTime = MaxClockDifference;
        membership.SiloGenerationRetirementAge = MaxClockDifference;
    }

    /// <summary>Requires that no import is unfinished, that the store has the bytes of the cluster, and that the cluster holds it. Records which
    /// store it is.</summary>
    private static async Task RequireStoreAsync(
        IServiceProvider services, SiloSettings settings, PostgresDatabase? database, CancellationToken cancellationToken)
    {
        var rows = services.GetRequiredService<INamedRows>();
        await ClusterImport.RequireEndedAsync(rows, cancellationToken);
        var owned = (OwnedPartStore)services.GetRequiredKeyedService<IPartStore>(OwnedPartStore.ServiceKey);
        await ClusterStoreMark.RequireMatchAsync(rows, (IStoreMark)owned.Inner, owned.Ownership, cancellationToken);
        await owned.Ownership.TakeAsync(takesOver: false, cancellationToken);
        await ClusterStores.IdentityOf(settings, database)!.RecordStartAsync(
            settings.ClusterId, settings.PartsAddress!, cancellationToken);
    }

    /// <summary>Adds the entities and their stores.</summary>
    internal static void AddEntities(ISiloBuilder silo, SiloSettings settings, PostgresDatabase? database)
    {
        silo.AddStores(settings, database);
        silo.Services.NameCluster(settings);
        var options = new EntityClusterOptions
        {
            Engine = settings.ToOptions().Engine,

            // A copy of the database has the mark of the store, too, but never the identity of the cluster.
            FindStoreIdentity = settings.Clustering == ClusterStore.Localhost ? null : (_, _) => ValueTask.FromResult(settings.Identity!),
        };
        if (database is not null)
        {
            silo.AddOrleansUploads(database, options);
        }
        else
        {
            silo.AddOrleansUploads(options);
        }
    }

    /// <summary>Configures the process as a cluster client.</summary>
    internal static void AddClient(IClientBuilder client, SiloSettings settings, PostgresDatabase? database)
    {
        client.AddStores(settings, database);
        client.Services.NameCluster(settings);
        if (settings.Tls is { } tls)
        {
            client.UseClusterTls(tls, isSilo: true);
        }

        client.AddActivityPropagation();
        client.UseConnectionRetryFilter(static async (_, cancellationToken) =>
        {
            // A gateway may start before the first silo.
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            return true;
        });
    }

    private static void NameCluster(this IServiceCollection services, SiloSettings settings) =>
        services.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = settings.ClusterId;
            cluster.ServiceId = settings.ServiceId;
        });

    private static ICredentialStore CreateCredentials(SiloSettings settings, IServiceProvider services) => settings.KeysFile is { } path
        ? Use(nameof(SiloSettings.KeysFile), () => new KeyFileCredentialStore(
            new KeyFile(path),
            settings.OnlyKey,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<KeyFileCredentialStore>>()))
        : new MemoryCredentialStore([settings.OnlyKey!]);
}
