using System.Diagnostics;
using System.Security.Cryptography;
using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Benchmarks.Hashing;

/// <summary>Compares both hashes of bodies in flight, as the server computes them, with the platform's SHA-256. Both sides may use all
/// processors.</summary>
internal sealed class BodyHashesBenchmark : IBenchmark
{
    private const int BodyBytes = 8 << 20;
    private const double LeastRatioWithAvx512 = 1.3;

    public string Name => "body-hashes";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var body = Some.Bytes(BodyBytes, seed: 1);
        var passes = session.Pick(4, 1);
        return
        [
            await CompareAsync(bodies: 1, leastRatio: null),
            await CompareAsync(bodies: 4, leastRatio: null),
            await CompareAsync(bodies: 16, Machine.HasAvx512 ? LeastRatioWithAvx512 : null),
            await CompareAsync(bodies: 32, leastRatio: null),
        ];

        async Task<Verdict> CompareAsync(int bodies, double? leastRatio)
        {
            var rounds = new Rounds($"{Name}, {bodies} at a time", Unit.GibibytesPerSecond, session.Pick(9, 3), WarmUps: 2);
            var medians = await rounds.AlternateAsync(
                token => MeasureAsync(bodies, () => HashAsync(body, token)),
                token => MeasureAsync(bodies, () => Task.Run(() => HashByPlatform(body), token)),
                cancellationToken);
            return leastRatio is { } bar
                ? Verdict.OfRatio(rounds.What, rounds.Unit, medians, bar)
                : Verdict.OfInterest(rounds.What, rounds.Unit, medians);
        }

        async Task<double> MeasureAsync(int bodies, Func<Task> hashAsync)
        {
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, bodies).Select(_ => Task.Run(async () =>
            {
                for (var pass = 0; pass < passes; pass++)
                {
                    await hashAsync();
                }
            })));
            return (double)bodies * passes * BodyBytes / (1 << 30) / watch.Elapsed.TotalSeconds;
        }
    }

    private static async Task HashAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var content = new YieldingStream(body);
        using var window = new BodyWindow(BodyBytes, withLinearHash: true, SharedLanes.OfProcess);
        while (await window.ReadAsync(content, cancellationToken) is { IsEmpty: false } piece)
        {
            await window.AppendAsync(piece);
        }

        window.Finish();
    }

    private static void HashByPlatform(byte[] body)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, digest);
        for (var leaf = 0; leaf < BodyBytes; leaf += TreeHash.LeafBytes)
        {
            SHA256.HashData(body.AsSpan(leaf, TreeHash.LeafBytes), digest);
        }
    }

    /// <summary>Lets other bodies go on before each read, as a connection does.</summary>
    private sealed class YieldingStream(byte[] body) : MemoryStream(body, writable: false)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return Read(buffer.Span);
        }
    }
}
