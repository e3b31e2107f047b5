using OrleansUploads.Client;
using OrleansUploads.Silo.Tests.Checking;
using OrleansUploads.Silo.Tests.Faults;

namespace OrleansUploads.Silo.Tests.Nodes;

/// <summary>Uploads that eight processes share, whose parts they write straight into the store, while nodes and silos are killed and answers
/// are lost. <c>tests/clusters/campaign.sh shared</c> runs it for as many rounds as it is told to.</summary>
[Collection(nameof(Alone)), Campaign]
public sealed class SharedUploadTests(PostgresServer postgres, ITestOutputHelper output) : TestWithFolder
{
    private const string Prefix = "cluster/";

    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>For about ten seconds: it asks while nothing is disturbed, and an archive that cannot be read must be found.</summary>
    private static readonly RetryPolicy Impatient = new() { MaxAttempts = 14, MaxDelay = TimeSpan.FromSeconds(1) };

    [Fact]
    [Promise("README.md", "An acknowledged part is never lost")]
    [Promise("cluster.md", "a silo is killed")]
    [Promise("cluster.md", "all silos die at once (a power cut)")]
    public async Task A_cluster_on_PostgreSQL_gives_each_upload_that_nodes_share_one_archive_with_every_byte()
    {
        await using var store = await S3Calls.StartStoreAsync(Folder.Data);
        SiloStart? silo = null;
        await using var cluster = await SiloCluster.StartAsync(
            await ((IDatabaseServer)postgres).CreateAsync(),
            (_, start) => silo = start.WithPartsIn(store)
                .With("OrleansUploads__CollectGrace", Grace.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s")
                .With("OrleansUploads__CollectInterval", "10s"));
        using var http = new HttpClient(new MeasuredRequests(cluster.Rotation, null, GlacierClient.CreateHandler()))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var client = FaultCampaign.Connect(http, Impatient);
        var campaign = new SharedUploadCampaign(cluster, client, FaultPlan.Read(byDefault: 2), Folder.Path, output.Say);

        var findings = await campaign.RunAsync();

        Assert.True(findings.Count == 0, string.Join('\n', findings.Take(30)));
        await ExpectOnlyAsync(campaign.KeptUploads, store);
        Assert.Empty((await ClusterCheck.RunAsync(silo!, "--deep", "--orphans")).ExpectSound().Orphans);
    }

    /// <summary>Waits until the store has the parts of some archives, each once, and nothing else.</summary>
    private async Task ExpectOnlyAsync(IReadOnlyList<SharedUpload> kept, ServerProcess store)
    {
        using var s3 = new S3Calls(store);
        var expected = kept.ToDictionary(static upload => upload.Id, static upload => upload.Parts);
        Dictionary<string, int> stored = [];
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                // A part's key ends with its upload and its attempt.
                stored = (await ListAsync(s3)).CountBy(static key => key.Split('/')[^2]).ToDictionary();
                return stored.Count == expected.Count && expected.All(upload => stored.GetValueOrDefault(upload.Key) == upload.Value);
            },
            "the store has exactly the parts of the archives",
            2 * Grace);
        output.Say($"The store has {stored.Values.Sum()} parts of {stored.Count} archives, and no other.");
    }

    private static async Task<List<string>> ListAsync(S3Calls s3)
    {
        List<string> keys = [];
        IReadOnlyList<string> page;
        do
        {
            var after = Uri.EscapeDataString(keys.LastOrDefault(Prefix));
            page = await s3.ListAsync($"/{S3Calls.Bucket}?list-type=2&prefix={Uri.EscapeDataString(Prefix)}&start-after={after}", "Key");
            keys.AddRange(page);
        }
        while (page.Count > 0);
        return [.. keys.Where(static key => key.EndsWith(".part", StringComparison.Ordinal))];
    }
}
