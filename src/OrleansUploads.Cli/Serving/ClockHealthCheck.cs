using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Cli.Serving;

/// <summary>Degraded while the clock is not trusted: requests are served, and nothing expires.</summary>
internal sealed class ClockHealthCheck(ServiceClock clock) : IHealthCheck
{
    /// <summary>Its name in the report.</summary>
    public const string Name = "clock-is-trusted";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            clock.Read().IsTrusted ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(clock.Fault is { } fault ? ClockFaultException.Describe(fault) : "Not known yet."));
}
