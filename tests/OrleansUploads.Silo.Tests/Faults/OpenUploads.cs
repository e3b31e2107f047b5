using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Uploads that stay open during a campaign. After each disturbance, every one of them must store a part in time.</summary>
internal sealed class OpenUploads : IDisposable
{
    private const string Vault = $"{HttpServer.Others}open";
    private const int PartBytes = 1 << 20;
    private const int Callers = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<string> _findings = new();
    private readonly GlacierClient _client;
    private readonly int _count;
    private string[] _uploads = [];
    private string? _lastFailure;
    private int _stored;

    /// <param name="http">Sends requests, and repeats nothing.</param>
    /// <param name="count">The number of uploads.</param>
    public OpenUploads(HttpClient http, int count)
    {
        _count = count;
        _client = FaultCampaign.Connect(http, new RetryPolicy
        {
            MaxAttempts = int.MaxValue,
            FirstDelay = Pause,
            MaxDelay = Pause,
            OnRetry = (failure, _) => _lastFailure = failure.Message,
        });
    }

    /// <summary>The uploads that stored a part too late or not at all.</summary>
    public IReadOnlyCollection<string> Findings => _findings;

    public async Task OpenAsync()
    {
        if (_count > 0)
        {
            await _client.CreateVaultAsync(Vault);
            _uploads = await Task.WhenAll(Enumerable.Range(0, _count).Select(_ => _client.InitiateMultipartUploadAsync(Vault, PartBytes)));
        }
    }

    /// <summary>Stores a part in every upload, in place of the one before. Repeats a request until it succeeds or the time is over.</summary>
    /// <param name="within">The time that all uploads together have.</param>
    /// <returns>The time that the slowest upload took.</returns>
    public async Task<TimeSpan> StorePartsAsync(TimeSpan within)
    {
        var watch = Stopwatch.StartNew();
        using var late = new CancellationTokenSource(within);
        await Parallel.ForEachAsync(_uploads, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (upload, _) =>
        {
            var part = HashedBody.Of(
                BitConverter.GetBytes(Interlocked.Increment(ref _stored)), withLinearHash: !_client.AcceptsUnsignedPayload);
            try
            {
                await _client.UploadPartAsync(Vault, upload, 0, part, late.Token);
            }
            catch (OperationCanceledException)
            {
                _findings.Enqueue($"The upload {upload} stored no part within {within.TotalSeconds:F0} s. The last failure of any: {_lastFailure}");
            }
        });
        return watch.Elapsed;
    }

    public void Dispose() => _client.Dispose();
}
