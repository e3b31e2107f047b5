using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Health;

/// <summary>Ready while the shared folder is mounted and responds, and no write to it has failed permanently.</summary>
internal sealed class PartStoreHealthCheck(SiloSettings settings, IPartStore parts, TimeProvider time) : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "parts";

    private readonly CachedHealthCheck _check = new(
        _ =>
        {
            PartStoreMark.RequireMarked(settings.PartsFolder!);
            return Task.CompletedTask;
        },
        time);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        parts.Failure is { } failure
            ? Task.FromResult(HealthCheckResult.Unhealthy(failure.Message, failure))
            : _check.GetAsync();
}
