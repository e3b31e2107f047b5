using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Http.Health;

public sealed class StoreHealthCheck(IStoreHealth store) : IHealthCheck
{
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

/// <summary>Reports degraded while the clock is not trusted. Requests are still served, but nothing expires. Unhealthy while the clock is
/// so wrong that signed requests are refused, and other hosts serve them.</summary>
public sealed class ClockHealthCheck(ServiceClock clock) : IHealthCheck
{
    public const string Name = "clock-is-trusted";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            clock.IsOutvoted
                ? HealthCheckResult.Unhealthy("The clock of this machine differs by more than 15 minutes from most silos' clocks, so signed "
                    + "requests are refused here. Correct it; nothing else is needed.")
            : clock.Distrust is { } reason ? HealthCheckResult.Degraded(reason)
            : HealthCheckResult.Healthy());
}

/// <summary>Healthy from when the host has started until it begins to stop, so that a load balancer sends requests only in
/// between.</summary>
internal sealed class AdmissionHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public const string Name = "accepts-requests";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var isReady = lifetime.ApplicationStarted.IsCancellationRequested
            && !lifetime.ApplicationStopping.IsCancellationRequested;
        return Task.FromResult(
            isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The server is starting or stopping."));
    }
}
