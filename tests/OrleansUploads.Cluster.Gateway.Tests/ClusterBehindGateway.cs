using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Tests.Harness;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Cluster.Gateway.Tests;

/// <summary>Two silos behind the gateway under test, started with the first command.</summary>
internal sealed class ClusterBehindGateway : IEntityHost, IAsyncDisposable
{
    /// <summary>The environment variable with the connection string of a storage account. The journals and reminders of the clusters are
    /// then kept there, and not in this process.</summary>
    public const string Variable = "ORLEANSUPLOADS_GATEWAY_TESTS_STORAGE";

    private static readonly TableServiceClient? Tables =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } account ? AzureTables.Connect(account) : null;

    private readonly Lazy<Task<ClusterBench>> _cluster;

    private ClusterBehindGateway(GatewaySetup setup) => _cluster = new Lazy<Task<ClusterBench>>(() => ClusterBench.StartAsync(
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
                Inventories = setup.Inventories,
            },
            Time = setup.Clock,
            Clock = new ContinuousClock(setup.Clock),
        },
        setup.Notifier,
        setup.Meter,
        Tables is null ? null : static silo => silo.AddAzureJournals(Tables)));

    /// <summary>From now on every gateway under test has a cluster behind it.</summary>
    [ModuleInitializer]
    internal static void PutClusterBehindGateways() =>
        GatewaySetup.DefaultHost = static setup => new ClusterBehindGateway(setup);

    public async ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
        await (await _cluster.Value).Client.SendAsync(entity, command, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }
}
