using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Benchmarks.Clusters;

/// <summary>A server, or the silos of a cluster, which get the uploads in turn, as behind a load balancer.</summary>
internal sealed class Service(IReadOnlyList<GlacierClient> nodes) : IDisposable
{
    private const int MiB = 1 << 20;

    private int _turn;

    private GlacierClient Next => nodes[(int)((uint)Interlocked.Increment(ref _turn) % nodes.Count)];

    /// <summary>Connects to the addresses of a service.</summary>
    public static Service At(IEnumerable<Uri> endpoints, string accessKeyId, string secret) => new(
    [
        .. endpoints.Select(endpoint => new GlacierClient(new GlacierClientOptions
        {
            Endpoint = endpoint,
            Region = "us-east-1",
            AccessKeyId = accessKeyId,
            SecretAccessKey = secret,
            Retry = RetryPolicy.None,
        })),
    ]);

    /// <summary>Creates the vault.</summary>
    public Task CreateVaultAsync(CancellationToken cancellationToken) =>
        Next.CreateVaultAsync(GatewayServer.Vault, cancellationToken);

    /// <summary>Makes uploads of one part. The three requests of an upload go to three nodes.</summary>
    /// <returns>Uploads per second.</returns>
    public async Task<double> UploadAsync(int uploads, int callers, CancellationToken cancellationToken)
    {
        var body = HashedBody.Of(new byte[] { 1, 2, 3 });
        var milliseconds = await Harness.Rounds.TimeAsync(() => EachAsync(uploads, callers, async _ =>
        {
            var upload = await Next.InitiateMultipartUploadAsync(GatewayServer.Vault, MiB, cancellationToken: cancellationToken);
            await Next.UploadPartAsync(GatewayServer.Vault, upload, 0, body, cancellationToken);
            await Next.CompleteMultipartUploadAsync(GatewayServer.Vault, upload, body.LengthBytes, body.TreeHash, cancellationToken);
        }));
        return uploads / (milliseconds / 1000);
    }

    /// <summary>Makes one upload of parts of 1 MiB.</summary>
    /// <returns>Mebibytes per second, without the initiation and the completion.</returns>
    public async Task<double> SendPartsAsync(IReadOnlyList<HashedBody> parts, int callers, CancellationToken cancellationToken)
    {
        var upload = await Next.InitiateMultipartUploadAsync(GatewayServer.Vault, MiB, cancellationToken: cancellationToken);
        var milliseconds = await Harness.Rounds.TimeAsync(() => EachAsync(parts.Count, callers, part =>
            Next.UploadPartAsync(GatewayServer.Vault, upload, (long)part * MiB, parts[part], cancellationToken)));
        await Next.CompleteMultipartUploadAsync(
            GatewayServer.Vault,
            upload,
            (long)parts.Count * MiB,
            TreeHasher.Combine([.. parts.Select(static part => part.TreeHash)]),
            cancellationToken);
        return parts.Count / (milliseconds / 1000);
    }

    public void Dispose()
    {
        foreach (var node in nodes)
        {
            node.Dispose();
        }
    }

    private static Task EachAsync(int count, int callers, Func<int, Task> call)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                await call(i);
            }
        })));
    }
}
