using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Silo.Database;

namespace OrleansUploads.Silo.Health;

/// <summary>Ready while the database of the silos can be written to. A process with the gateway role has no storage of its own.</summary>
internal sealed class DatabaseHealthCheck(PostgresDatabase database) : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "database";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            database.Fault is { } fault ? HealthCheckResult.Unhealthy(fault) : HealthCheckResult.Healthy());
}
