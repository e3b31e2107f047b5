using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>Reports degraded while the clock is not trusted. Requests are still served, but nothing expires.</summary>
public sealed class ClockHealthCheck(ServiceClock clock) : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "clock-is-trusted";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            clock.Distrust is { } reason ? HealthCheckResult.Degraded(reason) : HealthCheckResult.Healthy());
}
