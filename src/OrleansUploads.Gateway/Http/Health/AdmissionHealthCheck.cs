using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>Healthy from when the host has started until it begins to stop, so that a load balancer sends requests only in
/// between.</summary>
internal sealed class AdmissionHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    /// <summary>Name of the check in the health report.</summary>
    public const string Name = "accepts-requests";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var isReady = lifetime.ApplicationStarted.IsCancellationRequested
            && !lifetime.ApplicationStopping.IsCancellationRequested;
        return Task.FromResult(
            isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The server is starting or stopping."));
    }
}
