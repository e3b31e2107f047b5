using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Silo.Health;

/// <summary>A gateway alone is ready while the cluster answers it and has a silo that works.</summary>
internal sealed class ClusterAnswers(IGrainFactory grains, TimeProvider time) : IHealthCheck
{
    /// <summary>Its name in the report.</summary>
    public const string Name = "cluster";

    private readonly RecentAnswer _answer = new(
        async _ =>
        {
            if ((await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count == 0)
            {
                throw new InvalidOperationException("The cluster has no active silo.");
            }
        },
        time);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => _answer.GetAsync();
}
