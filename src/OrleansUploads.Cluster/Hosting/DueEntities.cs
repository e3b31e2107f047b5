using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Embedded;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Wakes from this silo the entities of its share that are due. Only a cluster with a <see cref="SharedStore"/> does so.</summary>
/// <remarks>The scans of all silos cover all entities when the silos agree about who is active. While they do not, an entity may be woken
/// twice, which changes nothing, or stay due for a later scan.</remarks>
internal sealed class DueEntities(
    SharedStore store,
    SiloShare share,
    IServiceClock clock,
    IGrainFactory grains,
    EntityClusterOptions options,
    ILogger<DueEntities> log) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly LogRate _failures = new(options.Time);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var scan = new WakeScan(clock, ListDueAsync, new ClusterHost(grains).WakeAsync);
        return new BackgroundTask(TimeSpan.Zero, options.Engine.Maintenance.WakeInterval, RetryDelay).RepeatAsync(
            async token =>
            {
                await scan.RunAsync(token);
                return share.Find() is not null;
            },
            fault =>
            {
                if (_failures.TryPass(out var suppressed))
                {
                    ClusterLog.ScanFailed(log, FaultText.Describe(fault), suppressed, FaultText.IsBug(fault) ? fault : null);
                }
            },
            options.Time,
            stoppingToken);
    }

    /// <summary>Each page is one of the share at that time: during a long scan, a silo may disappear.</summary>
    private async ValueTask<IReadOnlyList<EntityId>> ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken) =>
        share.Find() is { } own ? await store.Wakes.ListDueAsync(dueAt, limit, own, cancellationToken) : [];
}

/// <summary>The share of the entities that this silo wakes: one of as many as there are active silos, in the order of their addresses.
/// </summary>
internal sealed class SiloShare(IClusterMembershipService membership, ILocalSiloDetails self)
{
    /// <summary>The share of this silo, or null while it is not active.</summary>
    public WakeShare? Find() => Of(self.SiloAddress, membership.CurrentSnapshot.Members.Values);

    internal static WakeShare? Of(SiloAddress self, IEnumerable<ClusterMember> members)
    {
        List<SiloAddress> active =
            [.. members.Where(static member => member.Status == SiloStatus.Active).Select(static member => member.SiloAddress).Order()];
        var number = active.IndexOf(self);
        return number < 0 ? null : new WakeShare(number, active.Count);
    }
}
