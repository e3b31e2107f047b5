using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansUploads.Gateway.Tests.Fuzzing.S3;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends generated invalid requests to a server and checks the answers and the state: the seeds of the commit, and more until
/// they have reached every operation, refusal and code, so that a broken generator cannot pass. Environment variables select other seeds,
/// to replay a failure.</summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Seeds = 2;
    private const int MaxSeeds = 24;
    private const int Requests = 2_500;

    private static readonly string[] UnreachableCodes = ["RequestTimeoutException", "ServiceUnavailableException", "ThrottlingException"];

    /// <summary>Codes that no request of one client can provoke in a run: they need a race, a full disk, damage, 1,000 buckets or
    /// another region.</summary>
    private static readonly string[] UnreachableS3Codes =
    [
        "InternalError", "ServiceUnavailable", "SlowDown", "TooManyBuckets", "OperationAborted", "BucketAlreadyOwnedByYou",
    ];

    /// <summary>Settings of buckets that are never set.</summary>
    private static readonly string[] NeverFound =
    [
        "GetBucketCors", "GetBucketEncryption", "GetBucketLifecycleConfiguration",
        "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketReplication", "GetBucketTagging",
        "GetBucketWebsite", "GetObjectLockConfiguration", "GetPublicAccessBlock",
    ];

    [Fact, Campaign]
    [Promise("README.md", "Invalid input gets the protocol's error, changes nothing, and uses a bounded amount of memory")]
    public Task No_request_causes_a_server_error_and_refused_requests_change_nothing() => RunAsync(
        onS3: false,
        [
            .. Enum.GetNames<VaultAction>().SelectMany(operation => (string[])[$"{operation} done", $"{operation} refused"]),
            .. RefusalWords.Reachable.Select(refusal => $"refusal {refusal}"),
            .. typeof(Gateway.Glacier.ErrorCode).GetFields().Select(field => (string)field.GetRawConstantValue()!)
                .Except(UnreachableCodes).Select(code => $"code {code}"),
        ]);

    [Fact, Campaign]
    [Promise("README.md", "Invalid input gets the protocol's error, changes nothing, and uses a bounded amount of memory")]
    public Task No_request_to_S3_causes_a_server_error_and_refused_requests_change_nothing() => RunAsync(
        onS3: true,
        [
            .. S3Operation.All.Select(operation => operation.Name).Except([.. NeverFound, .. S3ParameterTests.Additions]).Select(operation => $"{operation} done"),
            .. S3Operation.All.Select(operation => $"{operation.Name} refused"),
            .. S3Judge.Codes.Keys.Except(UnreachableS3Codes).Select(code => $"code {code}"),
        ]);

    [Fact]
    public void Each_refusal_is_recognized_by_the_words_of_its_message() =>
        Assert.All(RefusalMessages.Samples, refusal =>
            Assert.Equal(refusal.GetType().Name, RefusalWords.Find(RefusalWords.MessageOf(refusal))));

    /// <summary>Runs seeds until all of these names are counted. Fails with every flaw that they find.</summary>
    private async Task RunAsync(bool onS3, IReadOnlyList<string> reachable)
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
                        await FuzzRun.RunAsync(new FuzzPlan(seed, requests, onS3), coverage);
                    }
                    catch (FuzzFailure failure)
                    {
                        failures.Add(failure);
                    }
                });
            next += seeds;
            missing = isWhole ? coverage.Missing(reachable) : [];
        }
        while (missing.Count > 0 && failures.IsEmpty && next < last);

        output.WriteLine($"seeds {first} to {next - 1}, {watch.Elapsed.TotalSeconds:F1} s\n{coverage}");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Select(failure => failure.Message)));
        Assert.True(missing.Count == 0, $"The seeds {first} to {next - 1} did not provoke {string.Join(", ", missing)}.");
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
