using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Engine.Reclaim;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Collects unowned bytes, on one silo of the cluster at a time: the active one with the lowest address.</summary>
/// <remarks>While the membership changes two may do it at once. That is safe, because the owner is always asked first.</remarks>
internal sealed class AttemptCollection(
    AttemptCollector collector,
    IClusterMembershipService membership,
    ILocalSiloDetails self,
    ClusterOptions options,
    ILogger<AttemptCollection> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Maintenance.CollectInterval, options.Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (IsMine())
                {
                    await collector.CollectAsync(options.Maintenance.AttemptGrace, stoppingToken);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or OrleansException)
            {
                ClusterLog.CollectionFailed(log, fault);
            }
        }
    }

    private bool IsMine() => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active)
        .Min(member => member.SiloAddress)?.Equals(self.SiloAddress) ?? false;
}
