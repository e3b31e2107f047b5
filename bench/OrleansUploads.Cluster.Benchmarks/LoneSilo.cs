using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Benchmarks;

/// <summary>One silo and a cluster client of it. They are in this process and talk over the loopback address.</summary>
internal sealed class LoneSilo : IAsyncDisposable
{
    private readonly IHost _silo;
    private readonly IHost _client;

    private LoneSilo(IHost silo, IHost client)
    {
        _silo = silo;
        _client = client;
    }

    /// <summary>The grains, through the client.</summary>
    public IGrainFactory Grains => _client.Services.GetRequiredService<IClusterClient>();

    /// <summary>The entities, through the client. Commands are not repeated during a failover.</summary>
    public IEntityHost Entities => new ClusterHost(Grains);

    /// <summary>Starts both.</summary>
    /// <param name="addEntities">Adds the entities and their storage.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<LoneSilo> StartAsync(Action<ISiloBuilder> addEntities, CancellationToken cancellationToken)
    {
        var ports = FreePorts(2);
        var silo = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        silo.UseOrleans(orleans =>
        {
            orleans.UseLocalhostClustering(ports[0], ports[1]);
            orleans.Services.AddSingleton<IPartStore>(new MemoryPartStore());
            addEntities(orleans);
        });
        var client = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        client.UseOrleansClient(orleans => orleans.UseLocalhostClustering(ports[1]));
        var started = new LoneSilo(silo.Build(), client.Build());
        await started._silo.StartAsync(cancellationToken);
        await started._client.StartAsync(cancellationToken);
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        await _silo.StopAsync();
        _client.Dispose();
        _silo.Dispose();
    }

    /// <summary>Chooses ports that nothing listens on. They are all held until the last one is known.</summary>
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
