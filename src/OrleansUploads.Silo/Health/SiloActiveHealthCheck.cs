using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Silo.Health;

/// <summary>Ready while this silo is an active member of the cluster.</summary>
internal sealed class SiloActiveHealthCheck(IClusterMembershipService membership, ILocalSiloDetails self) : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "silo-active";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = membership.CurrentSnapshot.GetSiloStatus(self.SiloAddress);
        return Task.FromResult(status == SiloStatus.Active
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"The silo's status is {status}."));
    }
}
