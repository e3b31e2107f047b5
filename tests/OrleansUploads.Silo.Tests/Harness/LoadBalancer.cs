using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Spreads the connections of its clients over several processes, like a load balancer. All requests are signed for
/// the same host name.</summary>
internal sealed class LoadBalancer : IDisposable
{
    private readonly HttpClient _http;
    private volatile IPEndPoint[] _backends = [];
    private int _turn;

    public LoadBalancer() =>
        _http = new HttpClient(UnrepeatedRequests.CreateHandler(ChooseBackend)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The address that all requests are signed for.</summary>
    public static Uri Endpoint { get; } = new("http://vaults.test");

    /// <summary>Sends requests to the silos. It repeats nothing.</summary>
    public HttpClient Http => _http;

    /// <summary>Sets the silos that get new connections.</summary>
    public void Use(IEnumerable<RunningSilo> silos) =>
        _backends = [.. silos.Select(silo => new IPEndPoint(IPAddress.Loopback, silo.Address.Port))];

    /// <summary>Creates a client. Unless the test says otherwise, it retries transient failures for up to two minutes.</summary>
    public GlacierClient Connect(RetryPolicy? retry = null) => new(_http, new GlacierClientOptions
    {
        Endpoint = Endpoint,
        Region = "us-east-1",
        AccessKeyId = CommandLine.AccessKeyId,
        SecretAccessKey = CommandLine.SecretAccessKey,
        Retry = retry ?? new RetryPolicy { MaxAttempts = 150, MaxDelay = TimeSpan.FromSeconds(1) },
        IdleTimeout = TimeSpan.FromSeconds(60),
    });

    public void Dispose() => _http.Dispose();

    private IPEndPoint ChooseBackend()
    {
        var backends = _backends;
        return backends[(int)((uint)Interlocked.Increment(ref _turn) % backends.Length)];
    }
}
