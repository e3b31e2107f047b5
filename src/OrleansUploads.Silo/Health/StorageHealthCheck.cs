using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Silo.Health;

/// <summary>Ready while the grain storage responds, because every entity needs it.</summary>
internal sealed class StorageHealthCheck(
    [FromKeyedServices(ClusterNames.GrainStorage)] IGrainStorage storage, TimeProvider time) : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "storage";

    private const string RowName = "ou-health";

    private static readonly GrainId NoGrain = GrainId.Create(RowName, "none");

    private readonly CachedHealthCheck _check = new(
        cancellationToken => storage.ReadStateAsync(RowName, NoGrain, new GrainState<JournalRow>(), cancellationToken), time);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => _check.GetAsync();
}
