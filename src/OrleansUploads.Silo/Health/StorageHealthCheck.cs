using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Silo.Database;

namespace OrleansUploads.Silo.Health;

/// <summary>Ready while the grain storage responds and can be written to, because every entity needs it.</summary>
/// <param name="storage">The grain storage.</param>
/// <param name="time">The clock.</param>
/// <param name="database">The database, if the cluster uses PostgreSQL.</param>
internal sealed class StorageHealthCheck(
    [FromKeyedServices(ClusterNames.GrainStorage)] IGrainStorage storage, TimeProvider time, PostgresDatabase? database = null)
    : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "storage";

    private const string RowName = "ou-health";

    private static readonly GrainId NoGrain = GrainId.Create(RowName, "none");

    private readonly CachedHealthCheck _check = new(
        cancellationToken => storage.ReadStateAsync(RowName, NoGrain, new GrainState<JournalRow>(), cancellationToken), time);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => database?.Fault is { } fault
            ? Task.FromResult(HealthCheckResult.Unhealthy(fault))
            : _check.GetAsync();
}
