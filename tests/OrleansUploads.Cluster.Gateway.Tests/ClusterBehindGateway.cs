using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Gateway.Tests;

/// <summary>Two silos behind the gateway under test, started with the first command.</summary>
internal sealed class ClusterBehindGateway : IEntityHost, IUploadEnds, IAsyncDisposable
{
    private readonly Lazy<Task<ClusterBench>> _cluster;

    /// <summary>Prepares the silos.</summary>
    /// <param name="setup">The gateway's.</param>
    /// <param name="tables">Where the journals are, in Azure Storage, or null for journals in this process.</param>
    public ClusterBehindGateway(GatewaySetup setup, TableServiceClient? tables = null) =>
        _cluster = new Lazy<Task<ClusterBench>>(() => ClusterBench.StartAsync(
        new DurableWorld(parts: _ => setup.Parts),
        silos: 2,
        ClusterBench.Fast with
        {
            Engine = new EngineOptions
            {
                Uploads = setup.Uploads,
                Retrievals = setup.Retrievals,
                Accounts = setup.Accounts,
                Vaults = setup.Vaults,
            },
            // Storage outside this process may take a while on a busy machine.
            WriteTimeout = tables is null ? ClusterBench.Fast.WriteTimeout : TimeSpan.FromMinutes(1),
            Time = setup.Clock,
            Clock = new ContinuousClock(setup.Clock),
        },
        setup.Notifier,
        setup.Meter,
        tables is null ? null : silo => silo.AddAzureJournals(tables)));

    /// <summary>From now on every gateway under test has a cluster behind it.</summary>
    [ModuleInitializer]
    internal static void PutClusterBehindGateways() =>
        GatewaySetup.DefaultHost = static setup => new ClusterBehindGateway(setup);

    public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
        await (await _cluster.Value).Client.SendAsync(entity, command, cancellationToken);

    public async ValueTask AwaitEndAsync(UploadId upload, TimeSpan atMost, CancellationToken cancellationToken) =>
        await (await _cluster.Value).UploadEnds.AwaitEndAsync(upload, atMost, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }
}
