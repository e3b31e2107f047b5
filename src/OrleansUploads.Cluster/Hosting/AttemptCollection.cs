using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Collects unowned bytes on one silo of the cluster at a time: the active silo with the lowest address.</summary>
/// <remarks>While the membership changes, two silos may collect at the same time. This is safe, because the collector always asks the
/// owner before it deletes bytes.</remarks>
internal sealed class AttemptCollection(
    AttemptCollector collector,
    [FromKeyedServices(OwnedPartStore.ServiceKey)] IPartStore parts,
    IClusterMembershipService membership,
    ILocalSiloDetails self,
    EntityClusterOptions options,
    ILogger<AttemptCollection> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Engine.Maintenance.CollectInterval;
        return new BackgroundTask(interval, interval, interval).RepeatAsync(
            async token =>
            {
                if (IsCollectingSilo() && parts is not OwnedPartStore { Ownership.IsOnProbation: true })
                {
                    await collector.CollectAsync(options.Engine.Maintenance.AttemptGrace, token);
                }

                return true;
            },
            fault => ClusterLog.CollectionFailed(log, FaultText.Describe(fault), FaultText.IsBug(fault) ? fault : null),
            options.Time,
            stoppingToken);
    }

    private bool IsCollectingSilo() => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active)
        .Min(member => member.SiloAddress)?.Equals(self.SiloAddress) ?? false;
}
