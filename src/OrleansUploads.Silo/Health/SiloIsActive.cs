using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Silo.Health;

/// <summary>Ready while the cluster counts this silo among its active members.</summary>
internal sealed class SiloIsActive(IClusterMembershipService membership, ILocalSiloDetails self) : IHealthCheck
{
    /// <summary>Its name in the report.</summary>
    public const string Name = "silo-active";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = membership.CurrentSnapshot.GetSiloStatus(self.SiloAddress);
        return Task.FromResult(status == SiloStatus.Active
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"The silo is {status}."));
    }
}
