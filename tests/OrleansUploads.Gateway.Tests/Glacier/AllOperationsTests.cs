using System.Text.RegularExpressions;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Each of the 33 operations succeeds once, and what it did is seen by another.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public partial class AllOperationsTests
{
    protected virtual ValueTask<GatewaySetup> SetUpAsync() => new(new GatewaySetup());

    [Fact]
    public async Task Each_of_the_33_operations_succeeds_and_what_it_did_is_seen_by_another()
    {
        await using var server = await GatewayServer.StartAsync(await SetUpAsync());
        const string Vault = "all";
        var archive = Bytes(MiB + 5);

        await SendAsync(CreateVault(Vault), 201);
        await SendAsync(AddTags(Vault, """{"Tags":{"a":"1","b":"2"}}"""), 204);
        await SendAsync(RemoveTags(Vault, """{"TagKeys":["a"]}"""), 204);
        Assert.Equal("""{"Tags":{"b":"2"}}""", (await SendAsync(ListTags(Vault), 200)).Text);

        var whole = (await SendAsync(UploadArchive(Vault, archive), 201)).Header("x-amz-archive-id")!;
        var uploads = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            uploads.Add((await SendAsync(Initiate(Vault), 201)).Header("x-amz-multipart-upload-id")!);
        }

        Assert.Equal(
            uploads.Order(StringComparer.Ordinal), Texts(await SendAsync(ListUploads(Vault), 200), "UploadsList", "MultipartUploadId"));
        await SendAsync(Abort(Vault, uploads[1]), 204);
        await SendAsync(Part(Vault, uploads[0], 0, archive[..MiB]), 204);
        await SendAsync(Part(Vault, uploads[0], MiB, archive[MiB..]), 204);
        Assert.Equal(
            ["0-1048575", "1048576-1048580"], Texts(await SendAsync(ListParts(Vault, uploads[0]), 200), "Parts", "RangeInBytes"));
        var inParts = (await SendAsync(Complete(Vault, uploads[0], archive), 201)).Header("x-amz-archive-id")!;

        var job = (await SendAsync(Retrieve(Vault, inParts), 202)).Header("x-amz-job-id")!;
        Assert.Equal("Succeeded", (await SendAsync(DescribeJob(Vault, job), 200)).Json.GetProperty("StatusCode").GetString());
        Assert.Equal([job], Texts(await SendAsync(ListJobs(Vault), 200), "JobList", "JobId"));
        Assert.Equal(archive, (await SendAsync(GetOutput(Vault, job), 200)).Body);

        await SendAsync(SetNotifications(Vault, """{"Events":["ArchiveRetrievalCompleted"],"SNSTopic":"arn:x"}"""), 204);
        Assert.Equal("arn:x", (await SendAsync(GetNotifications(Vault), 200)).Json.GetProperty("SNSTopic").GetString());
        await SendAsync(DeleteNotifications(Vault), 204);

        var policy = PolicyOf("Deny", "glacier:InitiateJob");
        await SendAsync(SetAccessPolicy(Vault, policy), 204);
        Assert.Equal(policy, (await SendAsync(GetAccessPolicy(Vault), 200)).Json.GetProperty("Policy").GetString());
        await SendAsync(DeleteAccessPolicy(Vault), 204);

        await SendAsync(InitiateLock(Vault, policy), 201);
        await SendAsync(AbortLock(Vault), 204);
        var lockId = (await SendAsync(InitiateLock(Vault, policy), 201)).Header("x-amz-lock-id")!;
        await SendAsync(CompleteLock(Vault, lockId), 204);
        Assert.Equal("Locked", (await SendAsync(GetLock(Vault), 200)).Json.GetProperty("State").GetString());

        const string Limit = """{"Policy":{"Rules":[{"BytesPerHour":1048576,"Strategy":"BytesPerHour"}]}}""";
        await SendAsync(SetRetrievalPolicy(Limit), 204);
        Assert.Equal(Limit, (await SendAsync(GetRetrievalPolicy(), 200)).Text);
        var capacity = (await SendAsync(PurchaseCapacity(), 201)).Header("x-amz-capacity-id")!;
        Assert.Equal([capacity], Texts(await SendAsync(ListCapacity(), 200), "ProvisionedCapacityList", "CapacityId"));

        await SendAsync(DeleteArchive(Vault, whole), 204);
        Assert.Equal([Vault], Texts(await SendAsync(ListVaults(), 200), "VaultList", "VaultName"));
        await SendAsync(CreateVault("empty"), 201);
        await SendAsync(DeleteVault("empty"), 204);
        await SendAsync(DescribeVault(Vault), 200);

        var log = await server.Log.ReadThroughAsync("DescribeVault account");
        AllOperations.AssertDone(log.Select(line => Succeeded().Match(line).Groups[1].Value).Where(name => name.Length > 0).Distinct());

        async Task<ApiAnswer> SendAsync(ApiRequest request, int status) => (await server.SendAsync(request)).Expect(status);
    }

    private static IEnumerable<string?> Texts(ApiAnswer answer, string list, string field) =>
        answer.Json.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(field).GetString());

    [GeneratedRegex(@"(\w+) account \d+ status 2\d\d")]
    private static partial Regex Succeeded();
}
