using System.Diagnostics;
using System.Security.Cryptography;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Benchmarks.Hashing;

/// <summary>Compares the hashes of bodies in flight, as the server computes them, with the platform's: both of the vault API, and the MD5
/// of S3, too. Both sides may use all processors.</summary>
internal sealed class BodyHashesBenchmark : IBenchmark
{
    private const int BodyBytes = 8 << 20;
    private const double LeastRatioWithAvx512 = 1.3;
    private const double LeastRatioWithAvx512AndMd5 = 2;

    public string Name => "body-hashes";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var body = Some.Bytes(BodyBytes, seed: 1);
        var passes = session.Pick(4, 1);
        return
        [
            await CompareAsync(bodies: 1, withMd5: false, leastRatio: null),
            await CompareAsync(bodies: 4, withMd5: false, leastRatio: null),
            await CompareAsync(bodies: 16, withMd5: false, Machine.HasAvx512 ? LeastRatioWithAvx512 : null),
            await CompareAsync(bodies: 32, withMd5: false, leastRatio: null),
            await CompareAsync(bodies: 1, withMd5: true, leastRatio: null),
            await CompareAsync(bodies: 4, withMd5: true, leastRatio: null),
            await CompareAsync(bodies: 16, withMd5: true, Machine.HasAvx512 ? LeastRatioWithAvx512AndMd5 : null),
        ];

        async Task<Verdict> CompareAsync(int bodies, bool withMd5, double? leastRatio)
        {
            var what = $"{Name}, {bodies} at a time{(withMd5 ? ", with MD5" : "")}";
            var rounds = new Rounds(what, Unit.GibibytesPerSecond, session.Pick(9, 3), WarmUps: 2);
            var medians = await rounds.AlternateAsync(
                token => MeasureAsync(bodies, () => HashAsync(body, withMd5, token)),
                token => MeasureAsync(bodies, () => Task.Run(() => HashByPlatform(body, withMd5), token)),
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

    private static async Task HashAsync(byte[] body, bool withMd5, CancellationToken cancellationToken)
    {
        using var content = new YieldingStream(body);
        using var window = new BodyWindow(BodyBytes, withLinearHash: true, SharedLanes.OfProcess);
        using var digests = new ObjectDigests(
            new ObjectBody(content, BodyBytes, Sha256: null, Algorithm: null, static () => default),
            ChecksumAlgorithm.Sha256,
            withMd5 ? SharedLanes.OfProcess : null);
        while (await window.ReadAsync(content, cancellationToken) is { IsEmpty: false } piece)
        {
            var digested = withMd5 ? digests.AppendAsync(piece) : Task.CompletedTask;
            await window.AppendAsync(piece);
            await digested;
        }

        window.Finish();
    }

    private static void HashByPlatform(byte[] body, bool withMd5)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, digest);
        for (var leaf = 0; leaf < BodyBytes; leaf += TreeHash.LeafBytes)
        {
            SHA256.HashData(body.AsSpan(leaf, TreeHash.LeafBytes), digest);
        }

        if (withMd5)
        {
            Md5Digest.Compute(body);
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
