using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>The metrics of a silo as a member of its cluster. Operators rely on their names.</summary>
internal sealed class SiloTelemetry : IHostedService, IDisposable
{
    private readonly Meter _meter = new(EngineTelemetry.MeterName);

    public SiloTelemetry(IClusterMembershipService membership) => _meter.CreateObservableGauge(
        "orleansuploads.silos",
        () => membership.CurrentSnapshot.Members.Values.Count(static member => member.Status == SiloStatus.Active),
        "{silo}",
        "Active silos, as this silo sees them.");

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();
}
