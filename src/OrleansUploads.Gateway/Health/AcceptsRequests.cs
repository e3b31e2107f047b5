using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Gateway.Health;

/// <summary>Ready from the moment that the host has started until it begins to stop, so that a load balancer sends nothing
/// before and nothing after.</summary>
internal sealed class AcceptsRequests(IHostApplicationLifetime lifetime) : IHealthCheck
{
    /// <summary>Its name in the report.</summary>
    public const string Name = "accepts-requests";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var isReady = lifetime.ApplicationStarted.IsCancellationRequested
            && !lifetime.ApplicationStopping.IsCancellationRequested;
        return Task.FromResult(isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Starting or stopping."));
    }
}
