using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>Sends generated invalid requests to S3 and checks the answers and the state.</summary>
[Collection(nameof(Alone))]
public sealed class S3FuzzTests(ITestOutputHelper output)
{
    /// <summary>Codes that no request of one client can provoke in a run: they need a race, a full disk, damage, 1,000 buckets or
    /// another region.</summary>
    private static readonly string[] UnreachableCodes =
    [
        "InternalError", "ServiceUnavailable", "SlowDown", "TooManyBuckets", "OperationAborted", "BucketAlreadyOwnedByYou",
    ];

    /// <summary>Settings that are never set.</summary>
    private static readonly string[] NeverFound =
    [
        nameof(S3Operation.GetBucketCors), nameof(S3Operation.GetBucketEncryption), nameof(S3Operation.GetBucketLifecycleConfiguration),
        nameof(S3Operation.GetBucketPolicy), nameof(S3Operation.GetBucketReplication), nameof(S3Operation.GetBucketTagging),
        nameof(S3Operation.GetBucketWebsite), nameof(S3Operation.GetObjectLockConfiguration), nameof(S3Operation.GetPublicAccessBlock),
    ];

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task No_request_causes_a_server_error_and_refused_requests_change_nothing()
    {
        var (coverage, isWhole) = await FuzzCampaign.RunAsync(FuzzedProtocol.S3, output);
        if (isWhole)
        {
            var operations = S3Operation.All.Select(operation => operation.Name).ToList();
            Assert.Empty(operations.Except(NeverFound).Except(coverage.Succeeded));
            Assert.Empty(operations.Except(coverage.Refused));
            Assert.Empty(S3Judge.Codes.Keys.Except(UnreachableCodes).Except(coverage.Codes));
        }
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task Some_hundred_requests_cause_no_server_error_and_change_nothing()
    {
        var coverage = new Coverage();
        await FuzzRun.RunAsync(new FuzzPlan(1, 400) { Protocol = FuzzedProtocol.S3, SnapshotOneIn = 20 }, coverage);
        Assert.Equal(400, coverage.Requests);
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task The_same_seed_gives_the_same_requests_and_answers()
    {
        var (first, second) = (new Coverage(), new Coverage());
        await FuzzRun.RunAsync(new FuzzPlan(5, 400) { Protocol = FuzzedProtocol.S3 }, first);
        await FuzzRun.RunAsync(new FuzzPlan(5, 400) { Protocol = FuzzedProtocol.S3 }, second);
        Assert.Equal(first.ToString(), second.ToString());
    }
}
