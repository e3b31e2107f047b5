using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Storage;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Silo.Health;

/// <summary>Ready while the grain storage answers: without it no upload does.</summary>
internal sealed class StorageAnswers(
    [FromKeyedServices(ClusterNames.GrainStorage)] IGrainStorage storage, TimeProvider time) : IHealthCheck
{
    /// <summary>Its name in the report.</summary>
    public const string Name = "storage";

    private const string RowName = "ou-health";

    private static readonly GrainId NoGrain = GrainId.Create(RowName, "none");

    private readonly RecentAnswer _answer = new(
        cancellationToken => storage.ReadStateAsync(RowName, NoGrain, new GrainState<JournalRow>(), cancellationToken), time);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => _answer.GetAsync();
}
