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
