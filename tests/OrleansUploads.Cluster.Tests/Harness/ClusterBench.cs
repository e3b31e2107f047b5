using Orleans.TestingHost;
using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Harness;

internal sealed class ClusterBench : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private ClusterBench(InProcessTestCluster cluster) => _cluster = cluster;

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    /// <summary>The entities, through a client of the cluster.</summary>
    public IEntityHost Client => new ClusterHost(_cluster.Client);

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>The ends of uploads, through a silo. The grains may be on other silos.</summary>
    public IUploadEnds UploadEnds => _cluster.Silos[0].ServiceProvider.GetRequiredService<IUploadEnds>();

    public static async Task<ClusterBench> StartAsync(
        DurableWorld world,
        int silos = 1,
        EntityClusterOptions? options = null,
        INotifier? notifier = null,
        IInventoryMeter? meter = null,
        Action<ISiloBuilder>? stores = null,
        IUploadEvents? events = null)
    {
        options ??= Fast;
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            if (world.Shared is { } shared)
            {
                silo.AddOrleansUploads(options, shared);
            }
            else
            {
                silo.AddOrleansUploads(options);
                (stores ?? world.AddStores)(silo);
            }

            silo.Services.AddSingleton(world.Parts);
            if (notifier is not null)
            {
                silo.Services.AddSingleton(notifier);
            }

            if (events is not null)
            {
                silo.Services.AddSingleton(events);
            }

            if (meter is not null)
            {
                silo.Services.AddSingleton(meter);
            }

            silo.Services.Configure<ReminderOptions>(reminders =>
            {
                reminders.MinimumReminderPeriod = options.WakeInterval;
                reminders.RefreshReminderListPeriod = TimeSpan.FromSeconds(1);
            });
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new ClusterBench(cluster);
    }

    /// <summary>Options with a short interval for reminders and a short timeout.</summary>
    public static EntityClusterOptions Fast { get; } = new()
    {
        WakeInterval = TimeSpan.FromSeconds(1),
        WriteTimeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>The entities, through a silo. The grains may be on other silos.</summary>
    /// <exception cref="ObjectDisposedException">The silo is no longer running.</exception>
    public IEntityHost Through(InProcessSiloHandle silo)
    {
        ObjectDisposedException.ThrowIf(!_cluster.Silos.Contains(silo), silo);
        return silo.ServiceProvider.GetRequiredService<IEntityHost>();
    }

    public Task KillAsync(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    public Task StopAsync(InProcessSiloHandle silo) => _cluster.StopSiloAsync(silo);

    public Task<InProcessSiloHandle> JoinAsync() => _cluster.StartAdditionalSiloAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
