using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Silo.Health;

/// <summary>The readiness of a silo towards the cluster: an entity has answered it since its start. A silo that is active may still be
/// unable to reach entities, for example while silos that start together find each other.</summary>
internal sealed class FirstAnswerHealthCheck(ServiceClock clock) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            clock.HasRecorded
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy(
                    "No entity has answered this silo since its start. It asks again every second; the log says why it got no answer."));
}
