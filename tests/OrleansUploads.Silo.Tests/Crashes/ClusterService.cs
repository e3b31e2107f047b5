using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>A cluster as the clients of a series reach it, through its load balancer.</summary>
internal sealed class ClusterService : Service
{
    /// <summary>A client that repeats transient failures for up to two minutes.</summary>
    public static readonly RetryPolicy Patient = new() { MaxAttempts = 150, MaxDelay = TimeSpan.FromSeconds(1) };

    private readonly GlacierClient _client;
    private readonly GlacierClient _impatient;

    /// <param name="cluster">The cluster.</param>
    /// <param name="retry">What the clients repeat.</param>
    public ClusterService(SiloCluster cluster, RetryPolicy retry)
    {
        Cluster = cluster;
        _client = cluster.Balancer.Connect(retry with { OnRetry = static (_, _) => RealClients.TellRepetition() });
        _impatient = cluster.Balancer.Connect(RetryPolicy.None);
        Serve(new HttpServer(_client, _impatient));
    }

    public SiloCluster Cluster { get; }

    public override string Log => string.Join('\n', Cluster.Silos);

    /// <summary>Ends silos. A request that is under way meanwhile may fail; one that is sent afterwards may not.</summary>
    public async Task EndAsync(Func<Task> endAsync)
    {
        BeginEnd();
        await endAsync();
        Serve(Server);
    }

    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        _impatient.Dispose();
        return ValueTask.CompletedTask;
    }
}
