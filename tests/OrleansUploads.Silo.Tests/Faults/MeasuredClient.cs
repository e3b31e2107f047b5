using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;
using OrleansUploads.Client.Models;
using OrleansUploads.Hashing;
using OrleansUploads.Silo.Tests.Recovery;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>A client that uploads and reads archives and objects, and records each request that fails. It repeats a failed request through
/// another silo, so that everything is completed in the end and can be compared. A wrong answer fails the test.</summary>
/// <param name="silos">The clients of the silos.</param>
/// <param name="rotation">Chooses silos.</param>
/// <param name="log">Records failures.</param>
/// <param name="number">The number of this client.</param>
/// <param name="kept">How many archives and objects of each kind it keeps, and compares again later. It deletes older ones.</param>
internal sealed class MeasuredClient(IReadOnlyList<SiloClient> silos, Rotation rotation, FaultLog log, int number, int kept = 0)
{
    public const string Vault = $"{HttpServer.Others}faults";
    public const string Bucket = "/faults";

    /// <summary>SDKs wait this long for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private const int PartBytes = 4096;

    /// <summary>More than a part store keeps in memory until it is stored.</summary>
    private const int LongPartBytes = (Archives.MiB * 3 / 2) + 1;

    private readonly Random _random = new(number);
    private readonly Queue<KeptArchive> _archives = new();
    private readonly Queue<KeptObject> _objects = new();
    private int _round;

    private sealed record KeptArchive(string Id, PartContent[] Parts);

    private sealed record KeptObject(string Key, PartContent Content);

    /// <summary>The archives and objects that were read and compared.</summary>
    public int Compared { get; private set; }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        for (; !stopping.IsCancellationRequested; _round++)
        {
            await StoreArchiveAsync();
            await StoreObjectAsync();
            if (kept > 0)
            {
                await StoreLongObjectAsync();
            }

            await ForgetAsync(kept);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>Compares everything that it has kept with what was written.</summary>
    public async Task CompareKeptAsync()
    {
        foreach (var archive in _archives)
        {
            await CompareAsync(archive);
        }

        foreach (var stored in _objects)
        {
            await CompareAsync(stored);
        }
    }

    private async Task StoreArchiveAsync()
    {
        PartContent[] parts = [.. Enumerable.Range(0, 2).Select(part => new PartContent((((number * 100_000) + _round) * 2) + part, part == 0 ? Archives.MiB : PartBytes))];
        var upload = await AskAsync("initiate", (silo, stop) =>
            silo.Vaults.InitiateMultipartUploadAsync(Vault, Archives.MiB, cancellationToken: stop));
        await Task.WhenAll(parts.Select((part, index) => AskAsync("upload part", async (silo, stop) =>
        {
            await silo.Vaults.UploadPartAsync(Vault, upload, (long)index * Archives.MiB, part.Body(), stop);
            return index;
        })));
        var listed = await AskAsync("list parts", (silo, stop) =>
            silo.Vaults.ListPartsAsync(Vault, upload, stop).ToListAsync(stop).AsTask());
        Assert.Equal(parts.Select(static part => part.TreeHash), listed.Select(static part => part.TreeHash));
        var tree = TreeHasher.Combine([.. parts.Select(static part => part.TreeHash)]);
        var size = parts.Sum(static part => (long)part.LengthBytes);
        var receipts = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => AskAsync("complete", (silo, stop) =>
            silo.Vaults.CompleteMultipartUploadAsync(Vault, upload, size, tree, stop))));
        Assert.Equal(receipts[0].ArchiveId, receipts[1].ArchiveId);

        var archive = new KeptArchive(receipts[0].ArchiveId, parts);
        await CompareAsync(archive);
        if (kept > 0)
        {
            _archives.Enqueue(archive);
        }
    }

    private async Task StoreObjectAsync()
    {
        var stored = new KeptObject($"{Bucket}/{number}-{_round}", new PartContent(_round, PartBytes));
        await AskAsync("put object", (silo, stop) => silo.SendS3Async(HttpMethod.Put, stored.Key, stored.Content.Bytes(), stop));
        await CompareAsync(stored);
        _objects.Enqueue(stored);
    }

    /// <summary>Stores an object of one part that is sent to the store while it arrives.</summary>
    private async Task StoreLongObjectAsync()
    {
        var stored = new KeptObject($"{Bucket}/{number}-{_round}-long", new PartContent(_round, LongPartBytes));
        var initiated = await AskAsync("initiate object", (silo, stop) =>
            silo.SendS3Async(HttpMethod.Post, $"{stored.Key}?uploads", [], stop));
        var upload = XDocument.Parse(Encoding.UTF8.GetString(initiated)).Descendants()
            .Single(static element => element.Name.LocalName == "UploadId").Value;
        var bytes = stored.Content.Bytes();
        await AskAsync("upload part of object", (silo, stop) =>
            silo.SendS3Async(HttpMethod.Put, $"{stored.Key}?partNumber=1&uploadId={upload}", bytes, stop));
        var parts = Encoding.UTF8.GetBytes(
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><PartNumber>1</PartNumber>"
            + $"<ETag>{Md5Digest.Compute(bytes)}</ETag></Part></CompleteMultipartUpload>");
        await AskAsync("complete object", (silo, stop) =>
            silo.SendS3Async(HttpMethod.Post, $"{stored.Key}?uploadId={upload}", parts, stop));
        await CompareAsync(stored);
        _objects.Enqueue(stored);
    }

    private async Task CompareAsync(KeptArchive archive)
    {
        var job = await AskAsync("initiate retrieval", (silo, stop) =>
            silo.Vaults.InitiateArchiveRetrievalAsync(Vault, archive.Id, cancellationToken: stop));
        var bytes = await AskAsync("download", async (silo, stop) =>
        {
            using var output = await silo.Vaults.GetJobOutputAsync(Vault, job, cancellationToken: stop);
            using var received = new MemoryStream();
            await output.Body.CopyToAsync(received, stop);
            return received.ToArray();
        });
        Assert.Equal(archive.Parts.SelectMany(static part => part.Bytes()), bytes);
        Compared++;
    }

    private async Task CompareAsync(KeptObject stored)
    {
        var bytes = await AskAsync("get object", (silo, stop) => silo.SendS3Async(HttpMethod.Get, stored.Key, cancellationToken: stop));
        Assert.Equal(stored.Content.Bytes(), bytes);
        Compared++;
    }

    /// <summary>Deletes the oldest archives and objects. What was kept until then is compared once more.</summary>
    private async Task ForgetAsync(int left)
    {
        while (_archives.Count > left)
        {
            var archive = _archives.Dequeue();
            await CompareAsync(archive);
            await AskAsync("delete archive", async (silo, stop) =>
            {
                await silo.Vaults.DeleteArchiveAsync(Vault, archive.Id, stop);
                return archive;
            });
        }

        // There are two objects in each round of a client that keeps them.
        while (_objects.Count > 2 * left)
        {
            var stored = _objects.Dequeue();
            if (left > 0)
            {
                await CompareAsync(stored);
            }

            await AskAsync("delete object", (silo, stop) => silo.SendS3Async(HttpMethod.Delete, stored.Key, cancellationToken: stop));
        }
    }

    private async Task<T> AskAsync<T>(string operation, Func<SiloClient, CancellationToken, Task<T>> sendAsync)
    {
        while (true)
        {
            var silo = rotation.Next(_random);
            var sentAt = log.Now;
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                var answer = await sendAsync(silos[silo], patience.Token);
                log.AddAnswer(operation, silo, sentAt);
                return answer;
            }
            catch (Exception failed) when (SymptomOf(failed) is { } symptom)
            {
                log.AddFailure(new TroubledRequest(operation, silo, sentAt, log.Now, symptom, failed.Message));
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>What a client sees of a failure that is no wrong answer, or null.</summary>
    private static string? SymptomOf(Exception failed) => failed switch
    {
        OperationCanceledException => "no answer within a minute",
        GlacierException { StatusCode: { } status, IsTransient: true } => $"status {(int)status}",
        HttpRequestException { StatusCode: { } status } when (int)status >= 500 => $"status {(int)status}",
        GlacierException { StatusCode: null, InnerException: { } inner } => SymptomOf(inner),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        HttpRequestException { StatusCode: null } or IOException => "connection cut",
        TimeoutException => "no answer within a minute",
        _ => null,
    };
}
