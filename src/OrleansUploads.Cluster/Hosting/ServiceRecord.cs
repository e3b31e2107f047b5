using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Records from this silo that the cluster is available: compares the silo's clock with those of the other active silos and
/// writes the heartbeat. A silo whose clock differs too much from the median of a majority records nothing and lets nothing
/// expire.</summary>
internal sealed class ServiceRecord(
    ServiceClock clock,
    SiloClocks clocks,
    [FromKeyedServices(ClusterNames.DirectHost)] IEntityHost entities,
    ILogger<ServiceRecord> log) : BackgroundService
{
    /// <summary>The delay after a failure. The first heartbeat may fail because the silo is not yet a member of the cluster.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private ClockFault? _logged;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = ServiceClock.BeatInterval;
            try
            {
                await clocks.CompareAsync(stoppingToken);
                await clock.BeatAsync(entities, stoppingToken);
                LogClockFault();
            }
            catch (Exception fault) when (fault is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
            {
                // An exception from here would stop the silo.
                ClusterLog.BeatFailed(log, FaultText.Describe(fault), FaultText.IsBug(fault) ? fault : null);
                next = RetryDelay;
            }

            if (!clock.Read().IsTrusted && clock.Fault is null)
            {
                next = RetryDelay;
            }

            await Task.Delay(next, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Logs each new clock fault once.</summary>
    private void LogClockFault()
    {
        if (clock.Fault is { } fault && fault != _logged)
        {
            ClusterLog.ClockNotTrusted(log, ClockFaultText.Describe(fault));
        }

        _logged = clock.Fault;
    }
}
