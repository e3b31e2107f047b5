using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Simulation.Soak;

/// <summary>A constant rate of uploads and retrievals, independent of how fast the server answers.</summary>
/// <remarks>Every other upload is a multipart upload. An archive is deleted a minute after its upload, except for the first
/// few, which most retrievals read. So the disk usage stays bounded, and some jobs refer to deleted archives.</remarks>
/// <param name="client">Reaches the server.</param>
/// <param name="perSecond">Number of uploads, and of retrievals, per second.</param>
/// <param name="mostBytes">Length of the longest archive; at most 1 MiB, the size of a part.</param>
/// <param name="serversEnd">Whether servers end meanwhile. Then all uploads are multipart uploads, whose requests the client can repeat,
/// and a download that is cut begins again.</param>
/// <param name="maxInFlight">With more uploads and retrievals in flight, the server is too slow for the load. Further ones are
/// skipped.</param>
internal sealed class SoakLoad(
    GlacierClient client, int perSecond, int mostBytes, bool serversEnd = false, int maxInFlight = SoakLoad.DefaultMaxInFlight)
{
    // A vault keeps at most 10,000 jobs, all in one entity. With this many vaults, each gets a few hundred jobs an hour.
    private const int Vaults = 256;
    private const int Library = 200;
    private const int MaxDownloads = 4;
    private const long PartSizeBytes = 1024 * 1024;

    private const int DefaultMaxInFlight = 400;

    private readonly ConcurrentQueue<Known> _recent = new();
    private readonly List<Known> _library = [];
    private readonly ConcurrentDictionary<string, int> _reasons = new();
    private int _inFlight;
    private int _mostInFlight;
    private int _next;
    private long _uploads;
    private long _deletions;
    private long _retrievals;
    private long _failures;

    private sealed record Known(string Vault, string Archive, int Seed);

    public long Uploads => Interlocked.Read(ref _uploads);

    public long Deletions => Interlocked.Read(ref _deletions);

    public long Retrievals => Interlocked.Read(ref _retrievals);

    /// <summary>Requests that failed, were skipped, or returned wrong bytes.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public IReadOnlyDictionary<string, int> Reasons => _reasons;

    /// <summary>Returns the largest number of uploads and retrievals that were in flight since the last call.</summary>
    public int TakeMostInFlight() => Interlocked.Exchange(ref _mostInFlight, 0);

    public async Task PrepareAsync()
    {
        for (var i = 0; i < Vaults; i++)
        {
            await client.CreateVaultAsync(VaultOf(2 * i));
        }

        for (var i = 0; i < Library; i++)
        {
            _library.Add(await UploadAsync(_next++));
        }
    }

    /// <summary>Sends requests at a constant rate until cancelled, then waits for the last ones.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        var watch = Stopwatch.StartNew();
        var random = new Random(1);
        for (long turn = 1; !ended.IsCancellationRequested; turn++)
        {
            Begin(() => UploadAndDeleteAsync(_next++));
            var known = random.Next(4) == 0 && _recent.TryPeek(out _)
                ? _recent.ElementAtOrDefault(random.Next(_recent.Count)) ?? _library[0]
                : _library[random.Next(Library)];
            Begin(() => RetrieveAsync(known));
            var wait = TimeSpan.FromSeconds((double)turn / perSecond) - watch.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, ended).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }

        while (Volatile.Read(ref _inFlight) > 0)
        {
            await Task.Delay(10, CancellationToken.None);
        }
    }

    private static string VaultOf(int seed) => string.Create(CultureInfo.InvariantCulture, $"{HttpServer.Others}soak-{seed / 2 % Vaults}");

    private byte[] Bytes(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[random.Next(1, mostBytes)];
        random.NextBytes(bytes);
        return bytes;
    }

    private void Begin(Func<Task> request)
    {
        if (Volatile.Read(ref _inFlight) >= maxInFlight)
        {
            Fail("skipped: too many requests in flight");
            return;
        }

        _mostInFlight = Math.Max(_mostInFlight, Interlocked.Increment(ref _inFlight));
        _ = Task.Run(async () =>
        {
            try
            {
                await request();
            }
            catch (Exception failure) when (failure is GlacierException or IOException or HttpRequestException or OperationCanceledException)
            {
                Fail(failure is GlacierException refused ? $"{refused.Code}: {refused.Message}" : failure.Message);
            }
            finally
            {
                Interlocked.Decrement(ref _inFlight);
            }
        });
    }

    private void Fail(string reason)
    {
        Interlocked.Increment(ref _failures);
        _reasons.AddOrUpdate(reason, 1, static (_, count) => count + 1);
    }

    private async Task UploadAndDeleteAsync(int seed)
    {
        _recent.Enqueue(await UploadAsync(seed));
        Interlocked.Increment(ref _uploads);
        if (_recent.Count > 60 * perSecond && _recent.TryDequeue(out var oldest))
        {
            await client.DeleteArchiveAsync(oldest.Vault, oldest.Archive);
            Interlocked.Increment(ref _deletions);
        }
    }

    private async Task<Known> UploadAsync(int seed)
    {
        var body = HashedBody.Of(Bytes(seed));
        var vault = VaultOf(seed);
        if (seed % 2 == 0 && !serversEnd)
        {
            return new Known(vault, (await client.UploadArchiveAsync(vault, body)).ArchiveId, seed);
        }

        var upload = await client.InitiateMultipartUploadAsync(vault, PartSizeBytes);
        await client.UploadPartAsync(vault, upload, 0, body);
        var receipt = await client.CompleteMultipartUploadAsync(vault, upload, body.LengthBytes, body.TreeHash);
        return new Known(vault, receipt.ArchiveId, seed);
    }

    private async Task RetrieveAsync(Known known)
    {
        string job;
        try
        {
            job = await client.InitiateArchiveRetrievalAsync(known.Vault, known.Archive);
        }
        catch (GlacierException gone) when (gone.Code == GlacierErrorCodes.ResourceNotFound)
        {
            // Deleted since it was chosen.
            return;
        }

        using var received = new MemoryStream();
        for (var download = 1; ; download++)
        {
            using var output = await client.GetJobOutputAsync(known.Vault, job);
            received.SetLength(0);
            try
            {
                await output.Body.CopyToAsync(received);
                break;
            }
            catch (IOException) when (serversEnd && download < MaxDownloads)
            {
                // Its server has ended.
            }
        }

        Interlocked.Increment(ref _retrievals);
        if (!received.ToArray().AsSpan().SequenceEqual(Bytes(known.Seed)))
        {
            Fail("the retrieved bytes differ from the uploaded ones");
        }
    }
}
