using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Silo.Health;

/// <summary>Alive until the cluster has voted this silo out: it never gets back in, and only another process can take its
/// place.</summary>
internal sealed class SiloIsNotDead(IClusterMembershipService membership, ILocalSiloDetails self) : IHealthCheck
{
    /// <summary>Its name in the report.</summary>
    public const string Name = "silo-not-dead";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(membership.CurrentSnapshot.GetSiloStatus(self.SiloAddress) == SiloStatus.Dead
            ? HealthCheckResult.Unhealthy("The cluster has voted this silo out.")
            : HealthCheckResult.Healthy());
}
