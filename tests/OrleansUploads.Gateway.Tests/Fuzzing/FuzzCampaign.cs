using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Runs the seeds of the commit, and more until everything was provoked that can be. Environment variables select other seeds, to
/// replay a failure.</summary>
internal static class FuzzCampaign
{
    private const int Seeds = 2;
    private const int MaxSeeds = 24;
    private const int Requests = 2_500;

    /// <summary>Runs the seeds. Fails with every flaw that they find, or if they do not provoke everything: a broken generator must not
    /// pass.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="output">Gets the seeds and what they provoked.</param>
    /// <param name="findMissing">Returns what was not provoked yet.</param>
    public static async Task RunAsync(FuzzedProtocol protocol, ITestOutputHelper output, Func<Coverage, IReadOnlyList<string>> findMissing)
    {
        var chosen = Setting("ORLEANSUPLOADS_FUZZ_SEED");
        var seeds = Setting("ORLEANSUPLOADS_FUZZ_SEEDS") ?? (chosen is null ? Seeds : 1);
        var requests = Setting("ORLEANSUPLOADS_FUZZ_REQUESTS") ?? Requests;
        var isWhole = seeds * requests >= Seeds * Requests;
        var coverage = new Coverage();
        var watch = Stopwatch.StartNew();
        var failures = new ConcurrentBag<FuzzFailure>();
        var first = chosen ?? CommitSeed.First;
        var (next, last) = (first, first + Math.Max(seeds, MaxSeeds));
        IReadOnlyList<string> missing;
        do
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(next, seeds),
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
                async (seed, _) =>
                {
                    try
                    {
                        await FuzzRun.RunAsync(new FuzzPlan(seed, requests) { Protocol = protocol }, coverage);
                    }
                    catch (FuzzFailure failure)
                    {
                        failures.Add(failure);
                    }
                });
            next += seeds;
            missing = isWhole ? findMissing(coverage) : [];
        }
        while (missing.Count > 0 && failures.IsEmpty && next < last);

        output.WriteLine(
            $"seeds {first} to {next - 1}, {watch.Elapsed.TotalSeconds:F1} s, {coverage}answers from Kestrel itself: {coverage.Bare}");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Select(failure => failure.Message)));
        Assert.True(missing.Count == 0, $"The seeds {first} to {next - 1} did not provoke {string.Join(", ", missing)}.");
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
