using System.Buffers;
using System.Diagnostics;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>The client of both servers. It sends prepared requests over a few connections.</summary>
internal sealed class Connections(int count) : IDisposable
{
    private const int ReadBytes = 256 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = count,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Sends all requests. Each connection takes the next one when it is free.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <param name="perSecond">The number of requests that are due in a second, or null to send them as fast as possible.</param>
    /// <returns>The duration.</returns>
    /// <exception cref="InvalidOperationException">A request was refused.</exception>
    public async Task<TimeSpan> SendAllAsync(
        IReadOnlyList<HttpRequestMessage> requests, CancellationToken cancellationToken, int? perSecond = null)
    {
        var next = -1;
        var watch = Stopwatch.StartNew();

        async Task SendInTurnAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < requests.Count; i = Interlocked.Increment(ref next))
            {
                if (perSecond is { } pace && TimeSpan.FromSeconds((double)i / pace) - watch.Elapsed is { Ticks: > 0 } early)
                {
                    await Task.Delay(early, cancellationToken);
                }

                using var response = await _http.SendAsync(requests[i], cancellationToken);
                await RequireAsync(response, cancellationToken);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => SendInTurnAsync()));
        return watch.Elapsed;
    }

    /// <summary>Reads an answer's body to its end.</summary>
    /// <param name="request">The request.</param>
    /// <param name="hasher">Hashes the bytes, or null if they need not be verified.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The number of bytes received, and the duration.</returns>
    public async Task<(long Bytes, TimeSpan Time)> ReadAsync(
        HttpRequestMessage request, PartHasher? hasher, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        var watch = Stopwatch.StartNew();
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await RequireAsync(response, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        long bytes = 0;
        while (await body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            hasher?.Append(buffer.AsSpan(0, read));
            bytes += read;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return (bytes, watch.Elapsed);
    }

    public void Dispose() => _http.Dispose();

    private static async Task RequireAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{response.RequestMessage?.RequestUri} answered {response.StatusCode}: "
                + await response.Content.ReadAsStringAsync(cancellationToken));
        }
    }
}
