using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>The health of the service. Its checks are apart from the application's, so that neither changes the report of the
/// other.</summary>
public sealed class UploadsHealth : IDisposable
{
    private readonly ServiceProvider _checks;

    public UploadsHealth(IServiceProvider services, IOptions<UploadsHealthOptions> options, ILoggerFactory loggers)
    {
        var checks = new ServiceCollection().AddSingleton(loggers).AddLogging();
        checks.AddHealthChecks();
        checks.Configure<HealthCheckServiceOptions>(own =>
        {
            foreach (var check in options.Value.Registrations)
            {
                own.Registrations.Add(new HealthCheckRegistration(
                    check.Name, _ => check.Factory(services), check.FailureStatus, check.Tags, check.Timeout));
            }
        });
        _checks = checks.BuildServiceProvider();
    }

    /// <summary>Runs the checks that the predicate selects; all if it is null.</summary>
    public Task<HealthReport> CheckAsync(Func<HealthCheckRegistration, bool>? predicate, CancellationToken cancellationToken) =>
        _checks.GetRequiredService<HealthCheckService>().CheckHealthAsync(predicate, cancellationToken);

    public void Dispose() => _checks.Dispose();
}

public sealed class UploadsHealthOptions
{
    /// <summary>Their factories get the services of the application.</summary>
    public ICollection<HealthCheckRegistration> Registrations { get; } = [];
}

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
