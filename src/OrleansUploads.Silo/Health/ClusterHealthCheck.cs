using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Silo.Health;

/// <summary>The readiness of a process with the gateway role: the cluster answers and has an active silo.</summary>
internal sealed class ClusterHealthCheck(IGrainFactory grains, TimeProvider time) : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "cluster";

    private readonly CachedHealthCheck _check = new(
        async _ =>
        {
            if ((await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count == 0)
            {
                throw new InvalidOperationException("The cluster has no active silo.");
            }
        },
        time);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => _check.GetAsync();
}
