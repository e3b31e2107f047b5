using OrleansUploads.Signing;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Silos with their bytes in a Ceph whose disks are destroyed and replaced in turn, under load of both protocols.
/// <c>tests/clusters/ceph.sh rounds</c> runs it.</summary>
[Collection(nameof(Alone)), Campaign]
public sealed class CephTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const string Bucket = "parts";
    private const int Disks = 3;

    /// <summary>The disk is missing for this long.</summary>
    private static readonly TimeSpan WithoutDisk = TimeSpan.FromSeconds(20);

    private static readonly string? Endpoint = Environment.GetEnvironmentVariable("ORLEANSUPLOADS_CEPH");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private int _destroyed;

    [Fact]
    public async Task Disks_of_the_store_are_destroyed_in_turn_under_load_and_nothing_acknowledged_is_lost()
    {
        Assert.SkipWhen(Endpoint is null, "tests/clusters/ceph.sh rounds runs this test: it starts a Ceph and names it in ORLEANSUPLOADS_CEPH.");
        var (endpoint, accessKeyId, secret) = (new Uri(Endpoint), Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY"));
        await CreateBucketAsync(endpoint, accessKeyId, secret);
        var parts = $"s3://{Bucket}/{Guid.NewGuid():N}";
        await using var cluster = await SiloCluster.StartAsync(
            await ((IDatabaseServer)postgres).CreateAsync(), (_, start) => start.WithPartsInS3(parts, endpoint, accessKeyId, secret));
        Disturbance disk = new("a disk was destroyed and replaced", _ => DestroyAndReplaceAsync()) { MaxTime = 2 * Patience };

        var findings = await FaultCampaign.RunAsync(FaultPlan.Read(byDefault: 5), cluster.Rotation, [disk], output.Say);

        Assert.True(findings.Count == 0, string.Join('\n', findings.Take(30)));
        Assert.False(Directory.Exists(cluster.PartsFolder));
    }

    private async Task DestroyAndReplaceAsync()
    {
        var disk = (_destroyed++ % Disks).ToString(CultureInfo.InvariantCulture);
        await RunScriptAsync("destroy-disk", disk);
        await Task.Delay(WithoutDisk);
        await RunScriptAsync("replace-disk", disk);
        await RunScriptAsync("await-recovery");
    }

    private static async Task CreateBucketAsync(Uri endpoint, string accessKeyId, string secret)
    {
        var requests = new SignedRequests(endpoint, new RequestSigner(SigningRules.S3, "us-east-1", accessKeyId, secret));
        using var http = new HttpClient();
        using var request = requests.Create(HttpMethod.Put, $"/{Bucket}", []);
        (await http.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private static async Task RunScriptAsync(params string[] arguments)
    {
        await using var script = CapturedProcess.Start("/bin/sh", [Repository.File("tests/clusters/ceph.sh"), .. arguments], []);
        Assert.True(await script.WaitForExitAsync(Patience) == 0, $"The script failed. {script}");
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The key pair of Ceph must be in the environment: {name}.");
}
