using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Runs the seeds of a campaign, some at a time. Environment variables select other seeds, to replay a failure.</summary>
internal static class FuzzCampaign
{
    private const int Seeds = 8;
    private const int FirstSeed = 20260301;
    private const int Requests = 2_500;

    /// <summary>Runs all seeds and fails with every flaw that they find.</summary>
    /// <returns>What the run provoked, and whether it was the whole campaign.</returns>
    public static async Task<(Coverage Coverage, bool IsWhole)> RunAsync(FuzzedProtocol protocol, ITestOutputHelper output)
    {
        var first = Setting("ORLEANSUPLOADS_FUZZ_SEED");
        var seeds = Setting("ORLEANSUPLOADS_FUZZ_SEEDS") ?? (first is null ? Seeds : 1);
        var requests = Setting("ORLEANSUPLOADS_FUZZ_REQUESTS") ?? Requests;
        var coverage = new Coverage();
        var watch = Stopwatch.StartNew();
        var failures = new ConcurrentBag<FuzzFailure>();
        await Parallel.ForEachAsync(
            Enumerable.Range(first ?? FirstSeed, seeds),
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
        output.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s, {coverage}answers from Kestrel itself: {coverage.Bare}");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Select(failure => failure.Message)));
        return (coverage, seeds * requests >= Seeds * Requests);
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
