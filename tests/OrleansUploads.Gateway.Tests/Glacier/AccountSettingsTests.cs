using OrleansUploads.Core.Settings;
using OrleansUploads.Gateway.Http.Credentials;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The data retrieval policy and provisioned capacity. Both belong to the account, so each test starts 40 days later
/// and without a policy.</summary>
public sealed class AccountSettingsTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>, IAsyncLifetime
{
    private const string None = """{"Policy":{"Rules":[{"BytesPerHour":null,"Strategy":"None"}]}}""";
    private const string Denied = "InitiateJob request denied by current data retrieval policy.";

    public async ValueTask InitializeAsync()
    {
        gateway.Clock.Advance(TimeSpan.FromDays(40));
        (await gateway.SendAsync(SetRetrievalPolicy(None))).Expect(204);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("""{"BytesPerHour":10737418240,"Strategy":"BytesPerHour"}""")]
    [InlineData("""{"BytesPerHour":9223372036854775807,"Strategy":"BytesPerHour"}""")]
    [InlineData("""{"BytesPerHour":null,"Strategy":"FreeTier"}""")]
    public async Task A_policy_is_returned_as_it_was_set_until_it_is_replaced(string rule)
    {
        var policy = $$$"""{"Policy":{"Rules":[{{{rule}}}]}}""";
        Assert.Equal(None, (await gateway.SendAsync(GetRetrievalPolicy())).Expect(200).Text);
        (await gateway.SendAsync(SetRetrievalPolicy(policy))).Expect(204);
        Assert.Equal(policy, (await gateway.SendAsync(GetRetrievalPolicy())).Expect(200).Text);
        (await gateway.SendAsync(SetRetrievalPolicy("""{"Policy":{"Rules":[{"Strategy":"None"}]}}"""))).Expect(204);
        Assert.Equal(None, (await gateway.SendAsync(GetRetrievalPolicy())).Expect(200).Text);
    }

    [Fact]
    public async Task Standard_retrievals_stay_within_the_hourly_limit_and_other_tiers_are_not_counted()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(3 * MiB));
        await LimitAsync(4 * MiB);
        (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202);
        (await gateway.SendAsync(Retrieve(vault, archive))).ExpectError(400, "PolicyEnforcedException", Denied);
        (await gateway.SendAsync(RetrieveTier(vault, archive, "Expedited"))).Expect(202);
        (await gateway.SendAsync(RetrieveTier(vault, archive, "Bulk"))).Expect(202);
        (await gateway.SendAsync(RetrieveInventory(vault))).Expect(202);
        (await gateway.SendAsync(RetrieveTier(vault, archive, "Standard", "0-1048575"))).Expect(202);
        (await gateway.SendAsync(RetrieveTier(vault, archive, "Standard", "0-1048575"))).ExpectError(
            400, "PolicyEnforcedException", "allows 4194304 bytes per hour; 4194304 bytes were requested");
        gateway.Clock.Advance(TimeSpan.FromHours(1));
        (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202);
    }

    [Fact]
    [Promise("operations.md", "the hour of a data retrieval policy; a unit of provisioned capacity (a month)")]
    public async Task A_retrieval_while_the_clock_was_ahead_does_not_count_until_the_clock_has_caught_up()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(MiB));
        await LimitAsync(MiB);
        gateway.Clock.Advance(TimeSpan.FromDays(8));
        (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202);
        gateway.Clock.Advance(TimeSpan.FromDays(-8));
        (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202);
        (await gateway.SendAsync(Retrieve(vault, archive))).ExpectError(400, "PolicyEnforcedException", Denied);
        gateway.Clock.Advance(TimeSpan.FromHours(1));
        (await gateway.SendAsync(Retrieve(vault, archive))).Expect(202);
    }

    [Fact]
    public async Task Concurrent_retrievals_do_not_exceed_the_limit_together()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(MiB));
        await LimitAsync(3 * MiB);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.SendAsync(Retrieve(vault, archive))));
        Assert.Equal(3, answers.Count(answer => answer.Status == 202));
        Assert.Equal(17, answers.Count(answer => answer.Code == "PolicyEnforcedException"));
        var jobs = (await gateway.SendAsync(ListJobs(vault))).Json.GetProperty("JobList");
        Assert.Equal(3, jobs.GetArrayLength());
    }

    [Fact]
    public async Task The_free_tier_spreads_10_GiB_a_month_over_its_hours()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(15 * MiB));
        (await gateway.SendAsync(SetRetrievalPolicy("""{"Policy":{"Rules":[{"Strategy":"FreeTier"}]}}"""))).Expect(204);
        (await gateway.SendAsync(Retrieve(vault, archive))).ExpectError(
            400, "PolicyEnforcedException", "allows 14913080 bytes per hour");
        (await gateway.SendAsync(RetrieveTier(vault, archive, "Standard", $"0-{(14 * MiB) - 1}"))).Expect(202);
    }

    [Fact]
    public async Task Two_units_of_capacity_can_be_purchased_and_each_lasts_a_calendar_month()
    {
        Assert.Equal("""{"ProvisionedCapacityList":[]}""", (await gateway.SendAsync(ListCapacity())).Expect(200).Text);
        var first = (await gateway.SendAsync(PurchaseCapacity())).Expect(201);
        Assert.Equal("0", first.Header("Content-Length"));
        var id = first.Header("x-amz-capacity-id")!;
        Assert.Equal(24, id.Length);
        var startedAt = gateway.Clock.Now;
        gateway.Clock.Advance(TimeSpan.FromDays(1));
        (await gateway.SendAsync(PurchaseCapacity())).Expect(201);
        (await gateway.SendAsync(PurchaseCapacity())).ExpectLimitExceeded(
            $"The next one expires at {Date(startedAt.AddMonths(1))}");

        var listed = (await gateway.SendAsync(ListCapacity())).Expect(200).Json.GetProperty("ProvisionedCapacityList");
        Assert.Equal(2, listed.GetArrayLength());
        Assert.Equal(
            $$"""{"CapacityId":"{{id}}","ExpirationDate":"{{Date(startedAt.AddMonths(1))}}","StartDate":"{{Date(startedAt)}}"}""",
            listed[0].GetRawText());

        gateway.Clock.Advance(startedAt.AddMonths(1) - gateway.Clock.Now);
        Assert.Single((await gateway.SendAsync(ListCapacity())).Json.GetProperty("ProvisionedCapacityList").EnumerateArray());
        (await gateway.SendAsync(PurchaseCapacity())).Expect(201);
    }

    private static string Date(DateTimeOffset at) =>
        at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private async Task LimitAsync(long bytesPerHour) => (await gateway.SendAsync(SetRetrievalPolicy(
        $$$"""{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":{{{bytesPerHour}}}}]}}"""))).Expect(204);

    private static ApiRequest RetrieveTier(string vault, string archive, string tier, string? range = null) => InitiateJob(
        vault,
        $$"""
        {"Type":"archive-retrieval","ArchiveId":"{{archive}}","Tier":"{{tier}}",
        "RetrievalByteRange":{{(range is null ? "null" : $"\"{range}\"")}}}
        """);
}

/// <summary>Several accounts on one server.</summary>
public sealed class AccountTests : ServerFixture
{
    private static readonly Signer OtherSigner = new() { AccessKeyId = "AKIATHEIRS", SecretKey = "another secret" };

    protected override GatewaySetup Setup => new()
    {
        Accounts = new AccountPolicy { MaxVaults = 2 },
        Vaults = new VaultLimits { Jobs = 1 },
        Credentials =
        [
            new Credential(Signer.KeyId, Signer.Secret, GatewaySetup.Account),
            new Credential(OtherSigner.AccessKeyId, OtherSigner.SecretKey, Some.AccountNumbered("444455556666")),
        ],
    };

    [Fact]
    public async Task Accounts_do_not_see_each_others_vaults_archives_uploads_and_jobs()
    {
        (await SendAsync(CreateVault("v"))).Expect(201);
        var archive = (await SendAsync(UploadArchive("v", Bytes(7)))).Header("x-amz-archive-id")!;
        var upload = (await SendAsync(Initiate("v"))).Header("x-amz-multipart-upload-id")!;
        var job = (await SendAsync(Retrieve("v", archive))).Expect(202).Header("x-amz-job-id")!;
        (await SendAsync(DescribeVault("v"), OtherSigner)).ExpectNotFound("arn:aws:glacier:us-east-1:444455556666:vaults/v");

        Assert.Equal("/444455556666/vaults/v", (await SendAsync(CreateVault("v"), OtherSigner)).Expect(201).Header("Location"));
        Assert.Equal(0, (await SendAsync(DescribeVault("v"), OtherSigner)).Json.GetProperty("NumberOfArchives").GetInt32());
        ApiRequest[] requests =
        [
            ListParts("v", upload), Abort("v", upload), Complete("v", upload, 1, TreeHashOf(Bytes(1))),
            Part("v", upload, 0, Bytes(1)), Retrieve("v", archive), DeleteArchive("v", archive), DescribeJob("v", job),
            GetOutput("v", job),
        ];
        foreach (var request in requests)
        {
            (await SendAsync(request, OtherSigner)).ExpectNotFound("ID was not found");
        }

        foreach (var (list, name) in new[] { (ListUploads("v"), "UploadsList"), (ListJobs("v"), "JobList") })
        {
            Assert.Equal(0, (await SendAsync(list, OtherSigner)).Expect(200).Json.GetProperty(name).GetArrayLength());
            Assert.Equal(1, (await SendAsync(list)).Expect(200).Json.GetProperty(name).GetArrayLength());
        }

        var withAccountId = DescribeVault("v") with { Target = "/111122223333/vaults/v" };
        (await SendAsync(withAccountId, OtherSigner)).ExpectDenied("111122223333");
        (await SendAsync(withAccountId)).Expect(200);
    }

    [Fact]
    public async Task Each_account_has_its_own_limit_of_vaults()
    {
        foreach (var signer in new[] { new Signer(), OtherSigner })
        {
            (await SendAsync(CreateVault("a"), signer)).Expect(201);
            (await SendAsync(CreateVault("b"), signer)).Expect(201);
            (await SendAsync(CreateVault("c"), signer)).ExpectLimitExceeded("has 2 vaults");
            (await SendAsync(CreateVault("a"), signer)).Expect(201);
            (await SendAsync(DeleteVault("a"), signer)).Expect(204);
            (await SendAsync(CreateVault("c"), signer)).Expect(201);
            Assert.Equal(2, (await SendAsync(ListVaults(), signer)).Json.GetProperty("VaultList").GetArrayLength());
        }
    }

    [Fact]
    public async Task Policies_and_capacity_of_one_account_do_not_affect_another()
    {
        (await SendAsync(SetRetrievalPolicy("""{"Policy":{"Rules":[{"Strategy":"FreeTier"}]}}"""))).Expect(204);
        (await SendAsync(PurchaseCapacity())).Expect(201);
        Assert.Contains("\"None\"", (await SendAsync(GetRetrievalPolicy(), OtherSigner)).Text, StringComparison.Ordinal);
        Assert.Equal("""{"ProvisionedCapacityList":[]}""", (await SendAsync(ListCapacity(), OtherSigner)).Text);
    }

    [Fact]
    public async Task A_retrieval_from_a_full_vault_does_not_use_up_the_retrieval_policy()
    {
        var archives = new List<string>();
        foreach (var vault in (string[])["full", "other"])
        {
            (await SendAsync(CreateVault(vault))).Expect(201);
            archives.Add((await SendAsync(UploadArchive(vault, Bytes(7)))).Expect(201).Header("x-amz-archive-id")!);
        }

        (await SendAsync(Retrieve("full", archives[0]))).Expect(202);
        (await SendAsync(SetRetrievalPolicy("""{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":7}]}}"""))).Expect(204);
        (await SendAsync(Retrieve("full", archives[0]))).ExpectLimitExceeded("has 1 jobs");
        (await SendAsync(Retrieve("other", archives[1]))).Expect(202);
    }
}
