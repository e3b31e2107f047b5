using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Benchmarks.Clusters;

/// <summary>Compares a cluster that is running with <c>serve</c> on the same machine.</summary>
/// <param name="endpoints">The addresses of the silos.</param>
/// <param name="accessKeyId">The access key ID of the cluster.</param>
/// <param name="secret">Its secret access key.</param>
internal sealed class ClusterRates(IReadOnlyList<Uri> endpoints, string accessKeyId, string secret) : IBenchmark
{
    private const int Callers = 8;

    public string Name => "cluster";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var server = await GatewayServer.StartAsync(session.Subfolder("embedded"), cancellationToken);
        using var cluster = Service.At(endpoints, accessKeyId, secret);
        using var embedded = Service.At([server.Process.Address], GatewayServer.AccessKeyId, GatewayServer.Secret);
        await cluster.CreateVaultAsync(cancellationToken);

        var uploads = session.Pick(200, 20);
        var parts = Enumerable.Range(0, session.Pick(1000, 50))
            .Select(static number => HashedBody.Of(Some.Bytes(1 << 20, seed: number))).ToList();
        return
        [
            await CompareAsync("uploads of one part, one after the other", Unit.UploadsPerSecond, 0.6, (side, token) => side.UploadAsync(uploads, 1, token)),
            await CompareAsync("uploads of one part, 8 callers, one vault", Unit.UploadsPerSecond, 0.5, (side, token) => side.UploadAsync(2 * uploads, Callers, token)),
            await CompareAsync("parts of 1 MiB, 8 callers", Unit.MebibytesPerSecond, 0.85, (side, token) => side.SendPartsAsync(parts, Callers, token)),
        ];

        async Task<Verdict> CompareAsync(string what, Unit unit, double leastRatio, Func<Service, CancellationToken, Task<double>> measureAsync)
        {
            var rounds = new Rounds($"{Name}, {what}", unit, session.Pick(5, 1), WarmUps: 2);
            var medians = await rounds.AlternateAsync(
                token => measureAsync(cluster, token), token => measureAsync(embedded, token), cancellationToken);
            return Verdict.OfRatio(rounds.What, rounds.Unit, medians, leastRatio);
        }
    }
}
