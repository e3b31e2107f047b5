using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Nodes;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Looks every second at the certificates, and closes the connections whose certificates are not valid any longer.</summary>
internal sealed class PeerSupervision(PeerConnections connections, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            connections.CloseInvalid();
        }
    }
}
