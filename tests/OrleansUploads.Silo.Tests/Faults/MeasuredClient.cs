using System.Net.Sockets;
using OrleansUploads.Client.Models;
using OrleansUploads.Hashing;
using OrleansUploads.Silo.Tests.Recovery;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>A client that uploads and reads archives and objects, and records each request that fails. It repeats a failed request through
/// another silo, so that everything is completed in the end and can be compared. A wrong answer fails the test.</summary>
/// <param name="silos">The clients of the silos.</param>
/// <param name="rotation">Chooses silos.</param>
/// <param name="log">Records failures.</param>
/// <param name="number">The number of this client.</param>
internal sealed class MeasuredClient(IReadOnlyList<SiloClient> silos, Rotation rotation, FaultLog log, int number)
{
    public const string Vault = "faults";
    public const string Bucket = "/faults";

    /// <summary>SDKs wait this long for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private const int PartBytes = 4096;

    private readonly Random _random = new(number);
    private int _round;

    /// <summary>The archives and objects that were read and compared.</summary>
    public int Compared { get; private set; }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        for (; !stopping.IsCancellationRequested; _round++)
        {
            await StoreArchiveAsync();
            await StoreObjectAsync();
            await Task.Delay(Pause, CancellationToken.None);
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
        var listed = await AskAsync("list parts", (silo, stop) => silo.Vaults.ListPartsPageAsync(Vault, upload, cancellationToken: stop));
        Assert.Equal(parts.Select(static part => part.TreeHash), listed.Parts.Select(static part => part.TreeHash));
        var tree = TreeHasher.Combine([.. parts.Select(static part => part.TreeHash)]);
        var size = parts.Sum(static part => (long)part.LengthBytes);
        var receipts = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => AskAsync("complete", (silo, stop) =>
            silo.Vaults.CompleteMultipartUploadAsync(Vault, upload, size, tree, stop))));
        Assert.Equal(receipts[0].ArchiveId, receipts[1].ArchiveId);

        var job = await AskAsync("initiate retrieval", (silo, stop) =>
            silo.Vaults.InitiateArchiveRetrievalAsync(Vault, receipts[0].ArchiveId, cancellationToken: stop));
        var bytes = await AskAsync("download", async (silo, stop) =>
        {
            using var output = await silo.Vaults.GetJobOutputAsync(Vault, job, cancellationToken: stop);
            using var received = new MemoryStream();
            await output.Body.CopyToAsync(received, stop);
            return received.ToArray();
        });
        Assert.Equal(parts.SelectMany(static part => part.Bytes()), bytes);
        Compared++;
    }

    private async Task StoreObjectAsync()
    {
        var key = $"{Bucket}/{number}-{_round}";
        var bytes = Archives.Bytes(PartBytes, _round);
        await AskAsync("put object", (silo, stop) => silo.SendS3Async(HttpMethod.Put, key, bytes, stop));
        Assert.Equal(bytes, await AskAsync("get object", (silo, stop) => silo.SendS3Async(HttpMethod.Get, key, cancellationToken: stop)));
        await AskAsync("delete object", (silo, stop) => silo.SendS3Async(HttpMethod.Delete, key, cancellationToken: stop));
        Compared++;
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
