using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.S3;
using OrleansUploads.Gateway.Tests.Fuzzing.S3;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends generated invalid requests to a server and checks the answers and the state. A whole campaign must also have
/// reached every operation, refusal and code, so that a broken generator cannot pass.</summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
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
        "GetBucketPolicy", "GetBucketReplication", "GetBucketTagging",
        "GetBucketWebsite", "GetObjectLockConfiguration", "GetPublicAccessBlock",
    ];

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    [Promise("README.md", "Invalid input gets the protocol's error, changes nothing, and uses a bounded amount of memory")]
    public async Task No_request_causes_a_server_error_and_refused_requests_change_nothing()
    {
        var operations = Enum.GetNames<VaultAction>();
        var codes = typeof(Gateway.Glacier.ErrorCode).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        await FuzzCampaign.RunAsync(FuzzedProtocol.Glacier, output, coverage =>
        [
            .. operations.Except(coverage.Succeeded),
            .. operations.Except(coverage.Refused).Select(operation => $"no {operation}"),
            .. RefusalWords.Reachable.Except(coverage.Refusals),
            .. codes.Except(UnreachableCodes).Except(coverage.Codes),
        ]);
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    [Promise("README.md", "Invalid input gets the protocol's error, changes nothing, and uses a bounded amount of memory")]
    public async Task No_request_to_S3_causes_a_server_error_and_refused_requests_change_nothing()
    {
        var operations = S3Operation.All.Select(operation => operation.Name).ToList();
        await FuzzCampaign.RunAsync(FuzzedProtocol.S3, output, coverage =>
        [
            .. operations.Except(NeverFound).Except(coverage.Succeeded),
            .. operations.Except(coverage.Refused).Select(operation => $"no {operation}"),
            .. S3Judge.Codes.Keys.Except(UnreachableS3Codes).Except(coverage.Codes),
        ]);
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task Some_hundred_requests_to_S3_cause_no_server_error_and_change_nothing()
    {
        var coverage = new Coverage();
        await FuzzRun.RunAsync(new FuzzPlan(1, 400) { Protocol = FuzzedProtocol.S3, SnapshotOneIn = 20 }, coverage);
        Assert.Equal(400, coverage.Requests);
    }

    [Fact]
    public void Each_refusal_is_recognized_by_the_words_of_its_message() =>
        Assert.All(RefusalMessages.Samples, refusal =>
            Assert.Equal(refusal.GetType().Name, RefusalWords.Find(RefusalWords.MessageOf(refusal))));
}
