using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Collects unowned bytes on one silo of the cluster at a time: the active silo with the lowest address.</summary>
/// <remarks>While the membership changes, two silos may collect at the same time. This is safe, because the collector always asks the
/// owner before it deletes bytes.</remarks>
internal sealed class AttemptCollection(
    AttemptCollector collector,
    IClusterMembershipService membership,
    ILocalSiloDetails self,
    ClusterOptions options,
    ILogger<AttemptCollection> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Engine.Maintenance.CollectInterval, options.Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (IsCollectingSilo())
                {
                    await collector.CollectAsync(options.Engine.Maintenance.AttemptGrace, stoppingToken);
                }
            }
            catch (Exception fault) when (fault is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
            {
                // An exception from here would stop the silo, and then the next one that collects.
                ClusterLog.CollectionFailed(log, FaultText.Describe(fault), FaultText.IsBug(fault) ? fault : null);
            }
        }
    }

    private bool IsCollectingSilo() => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active)
        .Min(member => member.SiloAddress)?.Equals(self.SiloAddress) ?? false;
}
