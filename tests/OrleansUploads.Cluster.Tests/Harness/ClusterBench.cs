using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Tests.Harness;

/// <summary>A cluster of real silos in this process.</summary>
internal sealed class ClusterBench : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private ClusterBench(InProcessTestCluster cluster) => _cluster = cluster;

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    /// <summary>The entities as a client of the cluster reaches them.</summary>
    public IEntityHost Client => new ClusterHost(_cluster.Client);

    public IGrainFactory Grains => _cluster.Client;

    public static async Task<ClusterBench> StartAsync(
        DurableWorld world, int silos = 1, ClusterOptions? options = null, INotifier? notifier = null)
    {
        options ??= Hasty;
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddOrleansUploads(options);
            silo.Services.AddKeyedSingleton(ClusterNames.GrainStorage, world.Storage);
            silo.Services.AddSingleton<IReminderTable>(world.Reminders);
            silo.Services.AddSingleton(world.Parts);
            if (notifier is not null)
            {
                silo.Services.AddSingleton(notifier);
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

    /// <summary>Reminders tick each second, and what is given up is given up soon.</summary>
    public static ClusterOptions Hasty { get; } = new()
    {
        WakeInterval = TimeSpan.FromSeconds(1),
        WriteTimeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>The entities as the silo reaches them: the calls come in there, wherever the grains are.</summary>
    /// <exception cref="ObjectDisposedException">It is gone by now.</exception>
    public IEntityHost Through(InProcessSiloHandle silo)
    {
        ObjectDisposedException.ThrowIf(!_cluster.Silos.Contains(silo), silo);
        return silo.ServiceProvider.GetRequiredService<IEntityHost>();
    }

    public Task KillAsync(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    public Task<InProcessSiloHandle> JoinAsync() => _cluster.StartAdditionalSiloAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
