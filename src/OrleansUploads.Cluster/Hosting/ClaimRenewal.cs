using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Renews the cluster's claim of its part store, so that a silo with a copy of the database is recognized.</summary>
internal sealed class ClaimRenewal(
    [FromKeyedServices(OwnedPartStore.ServiceKey)] IPartStore parts, EntityClusterOptions options, ILogger<ClaimRenewal> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (parts is not OwnedPartStore { Ownership: { } ownership })
        {
            return;
        }

        var interval = StoreOwnership.RenewalInterval;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await new BackgroundTask(interval, interval, interval).RepeatAsync(
            async token =>
            {
                await ownership.RenewAsync(token);
                return true;
            },
            fault =>
            {
                if (fault is StoreLostException)
                {
                    ClusterLog.StoreLost(log, fault.Message);
                    ending.Cancel();
                    return;
                }

                ClusterLog.ClaimNotRenewed(log, FaultText.Describe(fault), FaultText.IsBug(fault) ? fault : null);
            },
            options.Time,
            ending.Token);
    }
}
