using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.TestKit;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends generated invalid requests to a server and checks the answers and the state.</summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Seeds = 8;
    private const int FirstSeed = 20260301;

    private static readonly string[] UnreachableCodes = ["RequestTimeoutException", "ServiceUnavailableException", "ThrottlingException"];

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task No_request_causes_a_server_error_and_refused_requests_change_nothing()
    {
        var first = Setting("ORLEANSUPLOADS_FUZZ_SEED");
        var seeds = Setting("ORLEANSUPLOADS_FUZZ_SEEDS") ?? (first is null ? Seeds : 1);
        var requests = Setting("ORLEANSUPLOADS_FUZZ_REQUESTS") ?? 2_500;
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
                    await FuzzRun.RunAsync(new FuzzPlan(seed, requests), coverage);
                }
                catch (FuzzFailure failure)
                {
                    failures.Add(failure);
                }
            });
        output.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s, {coverage}answers from Kestrel itself: {coverage.Bare}");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Select(failure => failure.Message)));
        if (seeds * requests >= Seeds * 2_500)
        {
            AssertCovered(coverage);
        }
    }

    [Fact]
    public void Each_refusal_has_a_phrase_or_is_listed_as_unreachable()
    {
        var refusals = typeof(Refusal).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Refusal))).Select(type => type.Name);
        Assert.Equal(refusals.Order(), RefusalPhrases.All.Keys.Concat(RefusalPhrases.Unreachable).Order());
    }

    /// <summary>Checks that the run reached every operation, refusal and code, so that a broken generator cannot pass.</summary>
    private static void AssertCovered(Coverage coverage)
    {
        var operations = Enum.GetNames<GlacierOperation>();
        Assert.Equal(operations.Order(), coverage.Succeeded.Order());
        Assert.Empty(operations.Except(coverage.Refused));

        // One refusal may be missing: on a busy machine, the request that provokes it may time out (408).
        Assert.InRange(coverage.Refusals.Count, RefusalPhrases.All.Count - 1, RefusalPhrases.All.Count);
        var codes = typeof(Gateway.Glacier.Errors.ErrorCode).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.Empty(codes.Except(UnreachableCodes).Except(coverage.Codes));
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
