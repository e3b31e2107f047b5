using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Postgres.Database;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Health;

internal static partial class SiloHealthChecks
{
    private const string NoRow = "ou-health/none";

    /// <summary>How late the store of the bytes may answer.</summary>
    private static readonly TimeSpan SlowStoreTime = TimeSpan.FromSeconds(10);

    public static IServiceCollection AddSiloHealthChecks(this IServiceCollection services, SiloSettings settings)
    {
        var checks = services.AddUploadsHealthChecks();
        if (settings.PartsPlace is not null)
        {
            checks.Add("parts", provider => PartsCheck(provider.GetRequiredKeyedService<IPartStore>(OwnedPartStore.ServiceKey), TimeOf(provider)));
        }

        if (settings.Tls is not null)
        {
            checks.Add("certificates", CertificatesCheck);
        }

        if (settings.Role == ProcessRole.Gateway)
        {
            checks.Add("cluster", ClusterCheck);
            if (settings.Clustering != ClusterStore.Localhost)
            {
                checks.Add(
                    "database",
                    settings.Clustering == ClusterStore.Azure ? provider => TablesCheck(settings, TimeOf(provider)) : DatabaseCheck);
            }

            return services;
        }

        checks.Add("silo-active", ActiveCheck);
        checks.Add("storage", settings.Clustering == ClusterStore.Azure ? provider => TablesCheck(settings, TimeOf(provider)) : StorageCheck);
        checks.Add("cluster", FirstAnswerCheck);
        checks.AddCheck<ClockHealthCheck>(ClockHealthCheck.Name);
        checks.Add("silo-not-dead", LivenessCheck, GatewayEndpoints.LiveTag);
        return services;
    }

    /// <summary>Adds a check. It is created once, and not for each report, so that it can remember results for all who ask.</summary>
    /// <param name="name">The check's name in the health report.</param>
    /// <param name="create">Creates it. The services are the first report's, which end with it, so the check must not keep them.</param>
    internal static IHealthChecksBuilder Add(
        this IHealthChecksBuilder checks, string name, Func<IServiceProvider, Func<Task<HealthCheckResult>>> create, params string[] tags)
    {
        Check? check = null;
        return checks.Add(new HealthCheckRegistration(
            name,
            provider => LazyInitializer.EnsureInitialized(ref check, () => new Check(
                name, create(provider), TimeOf(provider), provider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(SiloHealthChecks)))),
            failureStatus: null,
            tags));
    }

    /// <summary>Ready while the shared folder is mounted, or the object store answers, while the cluster holds it, and no write has failed
    /// permanently. A slow store makes requests slow, on all silos, and none of them fails.</summary>
    private static Func<Task<HealthCheckResult>> PartsCheck(IPartStore parts, TimeProvider time)
    {
        var owned = (OwnedPartStore)parts;
        var mark = new CachedHealthCheck(
            token => Task.WhenAll(
                PartStoreMark.RequireMarkedAsync((IStoreMark)owned.Inner, token), owned.Ownership.RequireForWriteAsync(token).AsTask()),
            time,
            SlowStoreTime);
        return () => owned.Failure is { } failure
            ? Task.FromResult(HealthCheckResult.Unhealthy(failure.Message, failure))
            : mark.GetAsync();
    }

    /// <summary>Degraded while new certificates cannot be loaded, and when the certificate has expired. Open connections still work, so
    /// requests are still served.</summary>
    private static Func<Task<HealthCheckResult>> CertificatesCheck(IServiceProvider provider)
    {
        var certificates = provider.GetRequiredService<ClusterCertificates>();
        var time = TimeOf(provider);
        return () =>
        {
            var expiresAt = certificates.ExpiresAt;
            var problem = certificates.Problem
                ?? (expiresAt <= time.GetUtcNow() ? "The certificate has expired. Renew it." : null);
            var text = $"{(problem is null ? "" : $"{problem} ")}The certificate in use expires at {expiresAt:yyyy-MM-ddTHH:mm:ssZ}.";
            return Task.FromResult(problem is null ? HealthCheckResult.Healthy(text) : HealthCheckResult.Degraded(text));
        };
    }

    /// <summary>The readiness of a process with the gateway role: the cluster answers and has an active silo.</summary>
    private static Func<Task<HealthCheckResult>> ClusterCheck(IServiceProvider provider)
    {
        var grains = provider.GetRequiredService<IGrainFactory>();
        return new CachedHealthCheck(
            async cancellationToken =>
            {
                if ((await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true, cancellationToken)).Count == 0)
                {
                    throw new InvalidOperationException("The cluster has no active silo.");
                }
            },
            TimeOf(provider)).GetAsync;
    }

    /// <summary>Ready while the silos could write to the database what requests write. A process with the gateway role writes nothing
    /// else.</summary>
    private static Func<Task<HealthCheckResult>> DatabaseCheck(IServiceProvider provider)
    {
        var database = provider.GetRequiredService<PostgresDatabase>();
        return () => ResultOf(database.Fault);
    }

    /// <summary>Ready while this silo is an active member of the cluster.</summary>
    private static Func<Task<HealthCheckResult>> ActiveCheck(IServiceProvider provider) => StatusCheck(
        provider, static status => status == SiloStatus.Active ? null : $"The silo's status is {status}.");

    /// <summary>Ready while the tables of the silos can be written to.</summary>
    private static Func<Task<HealthCheckResult>> TablesCheck(SiloSettings settings, TimeProvider time)
    {
        var tables = AzureAccount.Connect(settings);
        return new CachedHealthCheck(cancellationToken => AzureStores.CheckWritesAsync(tables, cancellationToken), time).GetAsync;
    }

    /// <summary>Ready while the storage of the decisions responds and can be written to, because every entity needs it.</summary>
    private static Func<Task<HealthCheckResult>> StorageCheck(IServiceProvider provider)
    {
        var rows = provider.GetRequiredService<INamedRows>();
        var database = provider.GetService<PostgresDatabase>();
        var read = new CachedHealthCheck(
            async cancellationToken => await rows.FindAsync(NoRow, cancellationToken),
            TimeOf(provider));
        return () => database?.Fault is { } fault ? ResultOf(fault) : read.GetAsync();
    }

    /// <summary>The readiness of a silo towards the cluster: an entity has answered it since its start. A silo that is active may still be
    /// unable to reach entities, for example while silos that start together find each other.</summary>
    private static Func<Task<HealthCheckResult>> FirstAnswerCheck(IServiceProvider provider)
    {
        var clock = provider.GetRequiredService<ServiceClock>();
        return () => ResultOf(clock.HasAnswered
            ? null
            : "No entity has answered this silo since its start. It asks again every second; the log says why it got no answer.");
    }

    /// <summary>Live until the cluster votes this silo out. A silo that was voted out can never rejoin, so its process must be
    /// restarted.</summary>
    private static Func<Task<HealthCheckResult>> LivenessCheck(IServiceProvider provider) => StatusCheck(
        provider, static status => status == SiloStatus.Dead ? "The cluster has voted this silo out." : null);

    private static Func<Task<HealthCheckResult>> StatusCheck(IServiceProvider provider, Func<SiloStatus, string?> faultOf)
    {
        var membership = provider.GetRequiredService<IClusterMembershipService>();
        var self = provider.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        return () => ResultOf(faultOf(membership.CurrentSnapshot.GetSiloStatus(self)));
    }

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();

    private static Task<HealthCheckResult> ResultOf(string? fault) =>
        Task.FromResult(fault is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(fault));

    [LoggerMessage(3040, LogLevel.Warning, "The check '{Check}' of the health report is {Status}: {Description}")]
    private static partial void LogProblem(ILogger log, string check, HealthStatus status, string? description);

    [LoggerMessage(3041, LogLevel.Warning, "The check '{Check}' of the health report is healthy again")]
    private static partial void LogHealthy(ILogger log, string check);

    /// <summary>A check that logs a problem when it begins or changes, and not each time when a load balancer asks.</summary>
    private sealed class Check(string name, Func<Task<HealthCheckResult>> run, TimeProvider time, ILogger log) : IHealthCheck
    {
        private readonly LogRate _problems = new(time);
        private readonly Lock _gate = new();
        private string? _logged;

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var result = await run();
            var problem = result.Status == HealthStatus.Healthy ? null : $"{result.Status} {result.Description}";
            lock (_gate)
            {
                if (problem != _logged && _problems.TryPass(out _))
                {
                    _logged = problem;
                    if (problem is null)
                    {
                        LogHealthy(log, name);
                    }
                    else
                    {
                        LogProblem(log, name, result.Status, result.Description);
                    }
                }
            }

            return result;
        }
    }
}
