using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Uploads that stay open during a campaign. After each disturbance, every one of them must store a part in time.</summary>
/// <param name="client">Sends requests, and repeats nothing.</param>
/// <param name="count">The number of uploads.</param>
internal sealed class OpenUploads(GlacierClient client, int count)
{
    private const string Vault = $"{HttpServer.Others}open";
    private const int PartBytes = 1 << 20;
    private const int Callers = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<string> _findings = new();
    private string[] _uploads = [];
    private int _stored;

    /// <summary>The uploads that stored a part too late or not at all.</summary>
    public IReadOnlyCollection<string> Findings => _findings;

    public async Task OpenAsync()
    {
        if (count > 0)
        {
            await client.CreateVaultAsync(Vault);
            _uploads = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.InitiateMultipartUploadAsync(Vault, PartBytes)));
        }
    }

    /// <summary>Stores a part in every upload, in place of the one before. Repeats a request until it succeeds or the time is over.</summary>
    /// <param name="within">The time that all uploads together have.</param>
    /// <returns>The time that the slowest upload took.</returns>
    public async Task<TimeSpan> StorePartsAsync(TimeSpan within)
    {
        var watch = Stopwatch.StartNew();
        var slowest = new ConcurrentBag<TimeSpan> { TimeSpan.Zero };
        await Parallel.ForEachAsync(_uploads, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (upload, _) =>
        {
            var bytes = BitConverter.GetBytes(Interlocked.Increment(ref _stored));
            for (string? failed = ""; failed is not null;)
            {
                failed = await StoreAsync(upload, bytes);
                if (watch.Elapsed > within)
                {
                    _findings.Enqueue($"The upload {upload} stored no part within {within.TotalSeconds:F0} s. {failed ?? "Later it did."}");
                    return;
                }

                await (failed is null ? Task.CompletedTask : Task.Delay(Pause, CancellationToken.None));
            }

            slowest.Add(watch.Elapsed);
        });
        return slowest.Max();
    }

    /// <summary>Returns why a part was not stored, or null if it was.</summary>
    private async Task<string?> StoreAsync(string upload, byte[] bytes)
    {
        try
        {
            await client.UploadPartAsync(Vault, upload, 0, HashedBody.Of(bytes, withLinearHash: !client.AcceptsUnsignedPayload));
            return null;
        }
        catch (GlacierException failed) when (failed.IsTransient)
        {
            return failed.Message;
        }
    }
}
