using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Tests.Storage;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Tests.Harness;

/// <summary>What outlives a cluster: its storage, its reminders, its bytes.</summary>
internal sealed class DurableWorld
{
    public DurableWorld(
        Func<IGrainStorage, IGrainStorage>? storage = null,
        Func<IPartStore, IPartStore>? parts = null,
        IGrainStorageSerializer? serializer = null)
    {
        Rows = new SharedGrainStorage(serializer);
        Storage = storage?.Invoke(Rows) ?? Rows;
        Parts = parts?.Invoke(new MemoryPartStore()) ?? new MemoryPartStore();
    }

    public SharedGrainStorage Rows { get; }

    public IGrainStorage Storage { get; }

    public SharedReminders Reminders { get; } = new();

    public IPartStore Parts { get; }
}

/// <summary>A cluster of real silos in this process.</summary>
internal sealed class ClusterBench : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private ClusterBench(InProcessTestCluster cluster) => _cluster = cluster;

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    /// <summary>The entities as a client of the cluster reaches them.</summary>
    public IEntityHost Client => new ClusterHost(_cluster.Client);

    public IGrainFactory Grains => _cluster.Client;

    public static async Task<ClusterBench> StartAsync(DurableWorld world, int silos = 1, ClusterOptions? options = null)
    {
        options ??= Hasty;
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddOrleansUploads(options);
            silo.Services.AddKeyedSingleton(ClusterNames.GrainStorage, world.Storage);
            silo.Services.AddSingleton<IReminderTable>(world.Reminders);
            silo.Services.AddSingleton(world.Parts);
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

/// <summary>Callers that try again, as all clients do.</summary>
internal static class Retrying
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks until there is an answer or a refusal.</summary>
    public static Task<Outcome<TAnswer>> InsistAsync<TAnswer>(
        this IEntityHost host, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class => InsistAsync(() => host, entity, command);

    /// <summary>Asks until there is an answer or a refusal, each time through another host.</summary>
    public static async Task<Outcome<TAnswer>> InsistAsync<TAnswer>(
        Func<IEntityHost> host, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                return await host().AskAsync(entity, command, patience.Token);
            }
            catch (Exception fault) when (fault is EntityUnavailableException or ObjectDisposedException
                && !patience.IsCancellationRequested)
            {
                // The silo that was to be asked may be gone by now.
                await Task.Delay(20, patience.Token);
            }
        }
    }
}
