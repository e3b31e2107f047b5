using System.Runtime.CompilerServices;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Gateway.Tests;

/// <summary>Two silos behind the gateway under test, started with the first command.</summary>
internal sealed class ClusterBehindGateway : IEntityHost, IAsyncDisposable
{
    private readonly Lazy<Task<ClusterBench>> _cluster;

    private ClusterBehindGateway(GatewaySetup setup) => _cluster = new Lazy<Task<ClusterBench>>(() => ClusterBench.StartAsync(
        new DurableWorld(parts: _ => setup.Parts),
        silos: 2,
        Options with
        {
            Engine = new EngineOptions
            {
                Uploads = setup.Uploads,
                Retrievals = setup.Retrievals,
                Accounts = setup.Accounts,
                Vaults = setup.Vaults,
            },
            Time = setup.Clock,
            Clock = new ContinuousClock(setup.Clock),
        },
        setup.Notifier,
        setup.Meter,
        ClusterStorage.Tables is { } tables ? silo => silo.AddAzureJournals(tables) : null));

    /// <summary>Storage outside this process may take a while on a busy machine.</summary>
    private static ClusterOptions Options => ClusterStorage.Tables is null
        ? ClusterBench.Fast
        : ClusterBench.Fast with { WriteTimeout = TimeSpan.FromMinutes(1) };

    /// <summary>From now on every gateway under test has a cluster behind it.</summary>
    [ModuleInitializer]
    internal static void PutClusterBehindGateways() =>
        GatewaySetup.DefaultHost = static setup => new ClusterBehindGateway(setup);

    public async ValueTask<IAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
        await (await _cluster.Value).Client.SendAsync(entity, command, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }
}
