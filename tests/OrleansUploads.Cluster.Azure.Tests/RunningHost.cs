using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Cluster.Azure.Tests;

/// <summary>A silo on Azure Storage in this process.</summary>
internal sealed class RunningHost(IHost host) : IAsyncDisposable
{
    public IEntityHost Entities => host.Services.GetRequiredService<IEntityHost>();

    public IGrainStorage Storage => host.Services.GetRequiredKeyedService<IGrainStorage>(ClusterNames.GrainStorage);

    /// <summary>Starts a silo.</summary>
    /// <param name="cluster">Its name is the service ID, and the cluster ID unless the next argument says otherwise.</param>
    /// <param name="clusterId">Silos with different cluster IDs do not know each other. With one service ID, their grains share the
    /// rows.</param>
    public static async Task<RunningHost> StartAsync(AzureCluster cluster, string? clusterId = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<IPartStore, MemoryPartStore>();
        var ports = FreePort.Take(2);
        builder.UseOrleans(silo => silo
            .ConfigureEndpoints(IPAddress.Loopback, ports[0], ports[1])
            .AddOrleansUploadsAzureStores(cluster.ConnectPatiently())
            .Configure<ClusterOptions>(
                options => (options.ClusterId, options.ServiceId) = (clusterId ?? cluster.Name, cluster.Name))
            .AddOrleansUploads(new EntityClusterOptions()));
        var host = builder.Build();
        await host.StartAsync();
        return new RunningHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}

/// <summary>One silo for all tests of a class.</summary>
public sealed class SharedHost(AzuriteServer azurite) : IAsyncDisposable
{
    private readonly Lazy<Task<RunningHost>> _host = new(async () => await RunningHost.StartAsync(await azurite.CreateClusterAsync()));

    /// <summary>Starts the silo, unless it runs, and returns its storage. Skips the test if there is no Azurite and no storage account.</summary>
    internal async Task<IGrainStorage> StartAsync() => (await _host.Value).Storage;

    public async ValueTask DisposeAsync()
    {
        if (_host is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _host.Value).DisposeAsync();
        }
    }
}
