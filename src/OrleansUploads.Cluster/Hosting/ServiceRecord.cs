using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Records from this silo that the cluster is available: compares the silo's clock with the other active silos' clocks and writes
/// the heartbeat. A silo whose clock differs too much from the median of a majority records nothing and lets nothing expire.</summary>
internal sealed class ServiceRecord(
    ServiceClock clock,
    SiloClocks clocks,
    [FromKeyedServices(ClusterNames.DirectHost)] IEntityHost entities,
    ILogger<ServiceRecord> log) : BackgroundService
{
    /// <summary>The delay after a failure. The first heartbeat may fail because the silo is not yet a member of the cluster.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly LogRate _failures = new(TimeProvider.System);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new BackgroundTask(TimeSpan.Zero, ServiceClock.BeatInterval, RetryDelay).RepeatAsync(
            async token =>
            {
                await clocks.CompareAsync(token);
                await clock.BeatAsync(entities, token);
                if (clock.TakeNewFault() is { } fault)
                {
                    ClusterLog.ClockNotTrusted(log, ClockFaultText.Describe(fault));
                }

                return clock.Read().IsTrusted || clock.Fault is not null;
            },
            fault =>
            {
                if (_failures.TryPass(out var suppressed))
                {
                    ClusterLog.BeatFailed(log, FaultText.Describe(fault), suppressed, FaultText.IsBug(fault) ? fault : null);
                }
            },
            TimeProvider.System,
            stoppingToken);
}

/// <summary>Compares this silo's clock with the other active silos' clocks.</summary>
internal sealed class SiloClocks(
    IGrainFactory grains, IClusterMembershipService membership, ILocalSiloDetails self, EntityClusterOptions options)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private volatile bool _agrees;
    private volatile bool _isOutvoted;

    /// <summary>Whether this silo's clock was close to the median of a majority at the last comparison.</summary>
    public bool Agrees => _agrees;

    /// <summary>Whether more than half of the silos contradicted this silo's clock at the last comparison by so much that it refuses signed
    /// requests.</summary>
    public bool IsOutvoted => _isOutvoted;

    /// <summary>Reads the clocks of the other silos and updates <see cref="Agrees"/> and <see cref="IsOutvoted"/>. While this silo is not
    /// active, it does not know the others, and its clock agrees with nothing.</summary>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        var members = membership.CurrentSnapshot;
        if (members.GetSiloStatus(self.SiloAddress) != SiloStatus.Active)
        {
            _agrees = _isOutvoted = false;
            return;
        }

        // Silos that start at the same time compare their clocks before one of them records its own.
        var others = members.Members.Values
            .Where(member => member.Status is SiloStatus.Active or SiloStatus.Joining && !member.SiloAddress.Equals(self.SiloAddress))
            .Select(member => member.SiloAddress)
            .ToList();
        var offsets = await Task.WhenAll(others.Select(silo => MeasureOffsetAsync(silo, cancellationToken)));
        List<TimeSpan> aheadBy = [TimeSpan.Zero, .. offsets.OfType<TimeSpan>()];
        _agrees = ClockAgreement.Holds(others.Count + 1, aheadBy);
        _isOutvoted = ClockAgreement.IsOutvoted(others.Count + 1, aheadBy);
    }

    /// <summary>Returns how far another silo's clock is ahead of this silo's, or null if it does not answer. The error is at most the
    /// duration of the call.</summary>
    private async Task<TimeSpan?> MeasureOffsetAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        var management = grains.GetGrain<IManagementGrain>(0);
        try
        {
            var statistics = await management.GetRuntimeStatistics([silo], cancellationToken).WaitAsync(Timeout, cancellationToken);
            return statistics is [var one] ? new DateTimeOffset(one.DateTime, TimeSpan.Zero) - options.Time.GetUtcNow() : null;
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException)
        {
            return null;
        }
    }
}
