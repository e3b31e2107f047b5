using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.TestKit;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Requests that are wrong in every way that a generator can think of.</summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Seeds = 8;
    private const int FirstSeed = 20260301;

    private static readonly string[] CodesOutOfReach = ["RequestTimeoutException", "ServiceUnavailableException", "ThrottlingException"];

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task No_request_makes_the_server_fail_and_no_refused_one_changes_anything()
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
        output.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s, {coverage}answers of the web server alone: {coverage.Bare}");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Select(failure => failure.Message)));
        if (seeds * requests >= Seeds * 2_500)
        {
            AssertNothingIsLeftOut(coverage);
        }
    }

    [Fact]
    public void Each_refusal_has_a_phrase_or_is_known_to_be_out_of_reach()
    {
        var refusals = typeof(Refusal).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Refusal))).Select(type => type.Name);
        Assert.Equal(refusals.Order(), RefusalPhrases.All.Keys.Concat(RefusalPhrases.OutOfReach).Order());
    }

    /// <summary>A generator that has gone astray finds nothing, and would be believed.</summary>
    private static void AssertNothingIsLeftOut(Coverage coverage)
    {
        var operations = Enum.GetNames<GlacierOperation>();
        Assert.Equal(operations.Order(), coverage.Succeeded.Order());
        Assert.Empty(operations.Except(coverage.Refused));

        // One may fail to come about: a machine that is too busy turns what would lead there into a 408.
        Assert.InRange(coverage.Refusals.Count, RefusalPhrases.All.Count - 1, RefusalPhrases.All.Count);
        var codes = typeof(Gateway.Glacier.Errors.ErrorCode).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.Empty(codes.Except(CodesOutOfReach).Except(coverage.Codes));
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
