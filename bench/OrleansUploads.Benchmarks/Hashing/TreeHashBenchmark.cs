using System.Diagnostics;
using System.Security.Cryptography;

namespace OrleansUploads.Benchmarks.Hashing;

/// <summary>Compares the tree hash of a part with one SHA-256 over the same bytes.</summary>
internal sealed class TreeHashBenchmark : IBenchmark
{
    private const int PartBytes = 16 << 20;
    private const double LeastRatioWithAvx512 = 1.5;

    public string Name => "tree-hash";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var part = Some.Bytes(PartBytes, seed: 1);
        var digest = new byte[SHA256.HashSizeInBytes];
        var passes = session.Pick(16, 4);

        Task<double> Measure(Action hash)
        {
            var watch = Stopwatch.StartNew();
            for (var pass = 0; pass < passes; pass++)
            {
                hash();
            }

            return Task.FromResult((double)passes * PartBytes / (1 << 30) / watch.Elapsed.TotalSeconds);
        }

        var medians = await new Rounds(Name, Unit.GibibytesPerSecond, session.Pick(9, 3), WarmUps: 2).AlternateAsync(
            _ => Measure(() => TreeHasher.Compute(part)),
            _ => Measure(() => SHA256.HashData(part, digest)),
            cancellationToken);
        return [Verdict.OfRatio(Name, Unit.GibibytesPerSecond, medians, Machine.HasAvx512 ? LeastRatioWithAvx512 : 0)];
    }
}
