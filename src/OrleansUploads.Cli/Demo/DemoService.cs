using System.Diagnostics;
using System.Net.Sockets;
using OrleansUploads.Client;

namespace OrleansUploads.Cli.Demo;

/// <summary>The service that the demo uploads to: a server, or the silos of a cluster. It runs already, and a command of the user crashes
/// it.</summary>
/// <param name="endpoints">All requests are signed for the first one; connections go to each of them in turn, and to the next one if one
/// refuses.</param>
/// <param name="crash">The shell command that crashes a part of the service and returns when the rest may be asked, or null.</param>
internal class DemoService(Uri[] endpoints, AwsKey key, string region, string? crash = null) : IDisposable
{
    private readonly HttpClient _http = CreateHttp(endpoints);
    private int _crashes;

    public virtual string Description => $"Service on {string.Join(", ", (object[])Endpoints)}";

    /// <summary>What a crash is, or null if the demo must not crash the service.</summary>
    public virtual string? Crash => crash is null ? null : "the crash command has run";

    /// <summary>Whether the whole service is down until it is started again.</summary>
    public virtual bool StopsAtCrash => false;

    /// <summary>The peak memory of the service in bytes, or 0 if it is unknown.</summary>
    public long PeakMemoryBytes { get; protected set; }

    /// <summary>The part of the log that the demo sees.</summary>
    public string Log { get; protected set; } = "";

    protected Uri[] Endpoints { get; } = endpoints;

    /// <summary>Creates a client that waits for a crashed service: at most 30 attempts, at most one second apart.</summary>
    public GlacierClient Connect() => new(_http, new GlacierClientOptions
    {
        Endpoint = Endpoints[0],
        Region = region,
        AccessKeyId = key.AccessKeyId,
        SecretAccessKey = key.Secret,
        SessionToken = key.Token,
        Retry = new RetryPolicy { MaxAttempts = 30, FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromSeconds(1) },
    });

    public virtual Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Crashes the service. <see cref="StartAsync"/> starts it again.</summary>
    public virtual async Task CrashAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", crash!, "crash", $"{++_crashes}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The crash command could not be started.");
        var printed = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var complaint = await process.StandardError.ReadToEndAsync(cancellationToken);
        await printed;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The crash command failed with exit code {process.ExitCode}: {complaint.Trim()}");
        }
    }

    /// <returns>Null if the demo did not start the service.</returns>
    public virtual Task<int?> StopAsync(CancellationToken cancellationToken) => Task.FromResult<int?>(null);

    public virtual void Dispose() => _http.Dispose();

    private static HttpClient CreateHttp(Uri[] endpoints)
    {
        var turn = 0;
        var handler = GlacierClient.CreateHandler();
        handler.UseProxy = false;
        handler.ConnectCallback = async (_, cancellationToken) =>
        {
            for (var attempt = 1; ; attempt++)
            {
                var endpoint = endpoints[(uint)Interlocked.Increment(ref turn) % endpoints.Length];
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch (SocketException) when (attempt < endpoints.Length)
                {
                    socket.Dispose();
                }
            }
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
