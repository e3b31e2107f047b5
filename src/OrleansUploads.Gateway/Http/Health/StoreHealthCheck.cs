using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Ports;


namespace OrleansUploads.Gateway.Http.Health;

/// <summary>Adds the health of a store to the health report.</summary>
public sealed class StoreHealthCheck(IStoreHealth store) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = store.Read();
        return Task.FromResult(health.Condition switch
        {
            StoreCondition.Healthy => HealthCheckResult.Healthy(health.Detail, Problem(health)),
            StoreCondition.Degraded => HealthCheckResult.Degraded(health.Detail, health.Cause, Problem(health)),
            _ => HealthCheckResult.Unhealthy(health.Detail, health.Cause, Problem(health)),
        });
    }

    private static Dictionary<string, object>? Problem(StoreHealth health) =>
        health.Summary is { } summary ? new() { [HealthProblem.Key] = summary } : null;
}
