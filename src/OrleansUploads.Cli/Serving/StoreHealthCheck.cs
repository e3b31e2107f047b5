using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cli.Serving;

/// <summary>Adds the health of a store to the health report.</summary>
internal sealed class StoreHealthCheck(IStoreHealth store) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = store.Read();
        return Task.FromResult(health.Condition switch
        {
            StoreCondition.Healthy => HealthCheckResult.Healthy(),
            StoreCondition.Degraded => HealthCheckResult.Degraded(health.Detail, health.Cause),
            _ => HealthCheckResult.Unhealthy(health.Detail, health.Cause),
        });
    }
}
