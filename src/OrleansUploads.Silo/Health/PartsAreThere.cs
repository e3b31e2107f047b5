using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Health;

/// <summary>Ready while the shared folder is mounted and answers.</summary>
internal sealed class PartsAreThere(SiloSettings settings, TimeProvider time) : IHealthCheck
{
    /// <summary>Its name in the report.</summary>
    public const string Name = "parts";

    private readonly RecentAnswer _answer = new(
        _ =>
        {
            StoreMark.RequireThere(settings.PartsFolder!);
            return Task.CompletedTask;
        },
        time);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => _answer.GetAsync();
}
