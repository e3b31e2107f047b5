using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Silo.Health;

/// <summary>Live until the cluster votes this silo out. A silo that was voted out can never rejoin, so its process must be
/// restarted.</summary>
internal sealed class SiloLivenessHealthCheck(IClusterMembershipService membership, ILocalSiloDetails self) : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "silo-not-dead";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(membership.CurrentSnapshot.GetSiloStatus(self.SiloAddress) == SiloStatus.Dead
            ? HealthCheckResult.Unhealthy("The cluster has voted this silo out.")
            : HealthCheckResult.Healthy());
}
