using System.Diagnostics;

namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>A silo whose storage account fails.</summary>
[Collection(nameof(Alone)), Campaign]
public sealed class OutageTests(AzuriteServer azurite, ITestOutputHelper output) : TestWithFolder
{
    // A stack trace of the Azure client is a line of about 3,000. With its own retries it was 20,000.
    private const int MaxLineChars = 8000;

    /// <summary>docs/cluster.md promises 3 s. The rest is for a busy machine.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, Trait(TestRun.Name, TestRun.Timing)]
    [InlineData("Cut")]
    [InlineData("Hang")]
    [InlineData("Busy")]
    [Promise("cluster.md", "the database is down")]
    public async Task Requests_during_an_outage_fail_within_seconds_and_succeed_after_it(string fault)
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnAzure(await ThroughAsync(proxy), Folder.Data));
        using var client = await silo.ConnectAsync("photos");
        var upload = await client.InitiateMultipartUploadAsync("photos", Archives.MiB);
        var logged = silo.Log.Length;

        proxy.Plan = _ => Enum.Parse<TableFault>(fault);
        var watch = Stopwatch.StartNew();
        var failure = await Assert.ThrowsAnyAsync<GlacierException>(async () => await client.ListPartsAsync("photos", upload).ToListAsync());
        output.WriteLine($"{fault}: {watch.Elapsed.TotalSeconds:F1} s");
        Assert.Equal(GlacierErrorCodes.ServiceUnavailable, failure.Code);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, MaxTime);
        Assert.DoesNotContain(silo.Log[logged..].Split('\n'), static line => line.Length > MaxLineChars);

        proxy.Plan = static _ => TableFault.None;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                try
                {
                    return await client.ListPartsAsync("photos", upload).CountAsync() == 0;
                }
                catch (GlacierException unavailable) when (unavailable.Code == GlacierErrorCodes.ServiceUnavailable)
                {
                    return false;
                }
            },
            "requests succeed after the outage",
            Patience);
    }

    [Fact]
    public async Task Faults_of_every_kind_lose_nothing_and_return_no_wrong_answer()
    {
        const int Uploads = 24;
        const double FaultRate = 0.08;
        using var proxy = await TableProxy.StartAsync(azurite);
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnAzure(await ThroughAsync(proxy), Folder.Data));
        using var client = silo.Connect(RetryPolicy.Default with { MaxAttempts = 30 });
        await client.CreateVaultAsync("photos");

        var random = new Random(1);
        var faults = 0;
        TableFault[] kinds = [.. Enum.GetValues<TableFault>().Except([TableFault.None])];
        proxy.Plan = request =>
        {
            lock (random)
            {
                return request.Table != "OrleansUploadsSilos" && random.NextDouble() < FaultRate
                    ? kinds[faults++ % kinds.Length]
                    : TableFault.None;
            }
        };
        var archives = new Dictionary<string, byte[]>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Uploads),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (seed, _) =>
            {
                var archive = Archives.Bytes(100_000 + seed, seed);
                var receipt = await client.UploadInPartsAsync("photos", archive);
                lock (archives)
                {
                    archives.Add(receipt.ArchiveId, archive);
                }
            });
        proxy.Plan = static _ => TableFault.None;

        output.WriteLine(string.Join(", ", kinds.Select(kind => $"{proxy.Count(kind)} {kind}")) + $"; {proxy.RefusedWrites} refused writes.");
        Assert.All(kinds, kind => Assert.True(proxy.Count(kind) > 0, $"{kind} did not occur."));
        Assert.Equal(Uploads, archives.Count);
        Assert.Equal(Uploads, (await client.DescribeVaultAsync("photos")).ArchiveCount);
        foreach (var (id, archive) in archives)
        {
            Assert.Equal(archive, await client.RetrieveAsync("photos", id));
        }
    }

    private async Task<AzureCluster> ThroughAsync(TableProxy proxy) =>
        await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) };
}
