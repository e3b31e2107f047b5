using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>Adds checks to the health reports of the service, and its health to that of an application.</summary>
public static class UploadsHealthServices
{
    /// <summary>The checks of <c>AddHealthChecks</c> are the application's.</summary>
    public static IHealthChecksBuilder AddUploadsHealthChecks(this IServiceCollection services)
    {
        services.TryAddSingleton<UploadsHealth>();
        return new Builder(services);
    }

    /// <summary>Adds the health of the service to the report of the application, as one check.</summary>
    public static IHealthChecksBuilder AddOrleansUploads(this IHealthChecksBuilder checks, string name = "orleans-uploads") =>
        checks.AddCheck<SummaryCheck>(name);

    private sealed class Builder(IServiceCollection services) : IHealthChecksBuilder
    {
        public IServiceCollection Services { get; } = services;

        public IHealthChecksBuilder Add(HealthCheckRegistration registration)
        {
            Services.Configure<UploadsHealthOptions>(options => options.Registrations.Add(registration));
            return this;
        }
    }

    private sealed class SummaryCheck(UploadsHealth health) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var report = await health.CheckAsync(predicate: null, cancellationToken);
            var bad = report.Entries.Where(static entry => entry.Value.Status != HealthStatus.Healthy)
                .Select(static entry => $"{entry.Key}: {entry.Value.Description ?? entry.Value.Status.ToString()}");
            return new HealthCheckResult(report.Status, string.Join(' ', bad));
        }
    }
}
