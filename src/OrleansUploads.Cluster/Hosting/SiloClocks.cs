using OrleansUploads.Cluster.Settings;
using OrleansUploads.Core.Service;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Compares this silo's clock with those of the other active silos.</summary>
internal sealed class SiloClocks(
    IGrainFactory grains, IClusterMembershipService membership, ILocalSiloDetails self, ClusterOptions options)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private volatile bool _agrees;

    /// <summary>Whether this silo's clock was close to the median of a majority at the last comparison.</summary>
    public bool Agrees => _agrees;

    /// <summary>Reads the clocks of the other active silos and updates <see cref="Agrees"/>.</summary>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        var active = membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active)
            .Select(member => member.SiloAddress)
            .ToList();
        var others = active.Where(silo => !silo.Equals(self.SiloAddress));
        var offsets = await Task.WhenAll(others.Select(silo => MeasureOffsetAsync(silo, cancellationToken)));
        _agrees = ClockAgreement.Holds(
            Math.Max(1, active.Count), [TimeSpan.Zero, .. offsets.OfType<TimeSpan>()]);
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
