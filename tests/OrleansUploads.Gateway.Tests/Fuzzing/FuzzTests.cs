using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends generated invalid requests to a server and checks the answers and the state.</summary>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly string[] UnreachableCodes = ["RequestTimeoutException", "ServiceUnavailableException", "ThrottlingException"];

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task No_request_causes_a_server_error_and_refused_requests_change_nothing()
    {
        var (coverage, isWhole) = await FuzzCampaign.RunAsync(FuzzedProtocol.Glacier, output);
        if (isWhole)
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
        var operations = Enum.GetNames<VaultAction>();
        Assert.Equal(operations.Order(), coverage.Succeeded.Order());
        Assert.Empty(operations.Except(coverage.Refused));

        // One refusal may be missing: on a busy machine, the request that provokes it may time out (408).
        Assert.InRange(coverage.Refusals.Count, RefusalPhrases.All.Count - 1, RefusalPhrases.All.Count);
        var codes = typeof(Gateway.Glacier.Protocol.ErrorCode).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.Empty(codes.Except(UnreachableCodes).Except(coverage.Codes));
    }
}
