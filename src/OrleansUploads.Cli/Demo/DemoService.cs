using OrleansUploads.Cli.Remote;
using OrleansUploads.Client;

namespace OrleansUploads.Cli.Demo;

/// <summary>The service that the demo uploads to, and how the demo crashes it.</summary>
internal abstract class DemoService : IDisposable
{
    /// <summary>Lets clients wait for the crashed service: at most 30 attempts, at most one second apart.</summary>
    private static readonly RetryPolicy CrashRetry = new()
    {
        MaxAttempts = 30,
        FirstDelay = TimeSpan.FromMilliseconds(50),
        MaxDelay = TimeSpan.FromSeconds(1),
    };

    /// <summary>Where the service is, in one line.</summary>
    public abstract string Description { get; }

    /// <summary>What a crash is, or null if the demo must not crash the service.</summary>
    public abstract string? Crash { get; }

    /// <summary>Whether the whole service is down until it is started again.</summary>
    public abstract bool StopsAtCrash { get; }

    /// <summary>The peak memory of the service in bytes, or null if it is unknown.</summary>
    public virtual long? PeakMemoryBytes => null;

    /// <summary>What the service wrote to its log, as far as the demo sees it.</summary>
    public virtual string Log => "";

    /// <summary>Creates a client that retries until the service is back.</summary>
    public abstract GlacierClient Connect();

    /// <summary>Starts the service and waits until it is ready.</summary>
    public abstract Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Crashes the service. <see cref="StartAsync"/> starts it again.</summary>
    public abstract Task CrashAsync(CancellationToken cancellationToken);

    /// <summary>Stops a service that the demo started.</summary>
    /// <returns>The exit code, or null if the demo did not start it.</returns>
    public abstract Task<int?> StopAsync(CancellationToken cancellationToken);

    public abstract void Dispose();

    protected static GlacierClientOptions Options(Uri endpoint, string accessKeyId, string secret, string? region = null) => new()
    {
        Endpoint = endpoint,
        Region = region ?? Connection.DefaultRegion,
        AccessKeyId = accessKeyId,
        SecretAccessKey = secret,
        Retry = CrashRetry,
    };
}
