using System.Collections.Concurrent;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Gateway.Glacier;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Inventories whose output is measured after their job was accepted.</summary>
public sealed class LargeInventoryTests(ITestOutputHelper output)
{
    private const int Archives = JobsDecider.MaxArchivesMeasuredFirst + 1;
    private const int JobsOfOther = 1000;

    [Theory]
    [InlineData("\"JSON\"")]
    [InlineData("\"CSV\"")]
    public async Task The_job_of_a_large_inventory_is_in_progress_until_its_output_has_been_measured(string format)
    {
        var meter = new HeldMeter();
        await using var server = await GatewayServer.StartAsync(new GatewaySetup { Meter = meter });
        await FillAsync(server);
        var job = (await server.SendAsync(RetrieveInventory("v", "null", format))).Expect(202).Header("x-amz-job-id")!;

        var described = (await server.SendAsync(DescribeJob("v", job))).Expect(200).Json;
        Assert.Equal("InProgress", described.GetProperty("StatusCode").GetString());
        Assert.False(described.GetProperty("Completed").GetBoolean());
        Assert.Equal(JsonValueKind.Null, described.GetProperty("CompletionDate").ValueKind);
        Assert.Equal(JsonValueKind.Null, described.GetProperty("InventorySizeInBytes").ValueKind);
        Assert.Equal(format, described.GetProperty("InventoryRetrievalParameters").GetProperty("Format").GetRawText());
        (await server.SendAsync(GetOutput("v", job))).ExpectInvalid(
            $"The job is not currently available for download: {job}");
        Assert.Equal([job], await ListedAsync(server, "InProgress"));
        Assert.Empty(await ListedAsync(server, "Succeeded"));

        meter.Release();

        do
        {
            described = (await server.SendAsync(DescribeJob("v", job))).Expect(200).Json;
        }
        while (!described.GetProperty("Completed").GetBoolean());

        Assert.Equal("Succeeded", described.GetProperty("StatusCode").GetString());
        var document = (await server.SendAsync(GetOutput("v", job))).Expect(200);
        Assert.Equal(document.Body.Length, described.GetProperty("InventorySizeInBytes").GetInt32());
        Assert.Equal(Archives, document.Text.Split("archive-number-").Length - 1);
        Assert.Equal([job], await ListedAsync(server, "Succeeded"));
    }

    /// <summary>Work is counted, and not time: the pages that are read for the other account while the inventory is measured. Silos have turns
    /// of their own, so two accounts that different silos serve may be equally fast.</summary>
    [Fact]
    public async Task Beside_a_thousand_jobs_of_another_account_an_inventory_is_measured_before_twice_its_pages_are_read()
    {
        var meter = new CountingMeter();
        await using var server = await GatewayServer.StartAsync(new GatewaySetup { Meter = meter });
        await FillAsync(server);
        await FillAsync(server, Signer.Stranger, GatewaySetup.StrangersAccount);
        meter.Release();
        var alone = await MeasureAsync(server, meter);

        meter.Hold();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, JobsOfOther),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (number, _) => (await server.SendAsync(
                RetrieveInventory("v", $$"""{"Limit":"{{Archives + number}}"}"""), Signer.Stranger)).Expect(202));
        meter.Release();
        var beside = await MeasureAsync(server, meter);

        output.WriteLine($"Alone: {alone}. Beside {JobsOfOther} jobs: {beside}.");
        Assert.Equal(alone.Pages, beside.Pages);
        Assert.Equal(0, alone.OthersWhileWaiting + alone.OthersWhileMeasured);
        Assert.InRange(beside.OthersWhileWaiting + beside.OthersWhileMeasured, 1, int.MaxValue);
        Assert.InRange(beside.OthersWhileMeasured, 0, server.Host is EmbeddedHost ? alone.Pages : JobsOfOther / 20 * alone.Pages);
    }

    /// <summary>Counts the pages that are read from the request of an inventory to the end of its measurement.</summary>
    private static async Task<Work> MeasureAsync(GatewayServer server, CountingMeter meter)
    {
        var finished = meter.AwaitNextOf(GatewaySetup.Account);
        (await server.SendAsync(RetrieveInventory("v"))).Expect(202);
        return await finished;
    }

    /// <summary>Adds the archives to the index without uploads, which takes much less time.</summary>
    private static async Task FillAsync(GatewayServer server, Signer? signer = null, AccountId? account = null)
    {
        (await server.SendAsync(CreateVault("v"), signer)).Expect(201);
        var vault = Some.VaultNamed(account ?? GatewaySetup.Account, "v");
        var life = (await server.Host.AskAsync(vault.Entity, new DescribeVault(vault), CancellationToken.None)).Answer.Incarnation;
        await Task.WhenAll(Enumerable.Range(0, Archives).Select(async number =>
        {
            var entry = Some.Archive(number) with { Description = Some.Described($"archive-number-{number}") };
            var shard = life.ShardOf(entry.Archive);
            _ = (await server.Host.AskAsync(
                life.ArchiveShard(shard), new AddArchive(life, shard, entry), CancellationToken.None)).Answer;
        }));
    }

    private static async Task<string[]> ListedAsync(GatewayServer server, string status)
    {
        var jobs = (await server.SendAsync(ListJobs("v", $"?statuscode={status}"))).Expect(200).Json.GetProperty("JobList");
        return [.. jobs.EnumerateArray().Select(static job => job.GetProperty("JobId").GetString()!)];
    }

    /// <param name="Pages">The pages of the inventory.</param>
    /// <param name="OthersWhileWaiting">The pages of the other account that were read before.</param>
    /// <param name="OthersWhileMeasured">The pages of the other account that were read meanwhile.</param>
    private sealed record Work(int Pages, int OthersWhileWaiting, int OthersWhileMeasured);

    /// <summary>Measures inventories when the test has released them, and counts their pages by account.</summary>
    private sealed class CountingMeter : IInventoryMeter
    {
        private readonly InventoryMeter _meter = new();
        private readonly ConcurrentDictionary<AccountId, int> _pages = new();
        private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource<Work>? _next;
        private AccountId _awaited;
        private int _othersBefore;

        public void Hold() => _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.SetResult();

        /// <summary>Waits for the end of the next measurement of an account.</summary>
        public Task<Work> AwaitNextOf(AccountId account)
        {
            _awaited = account;
            _othersBefore = CountOthers();
            _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }

        public async ValueTask<InventoryOutput> MeasureAsync(
            UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken)
        {
            await _released.Task.WaitAsync(cancellationToken);
            var account = job.Inventory.Incarnation.Id.Account;
            var (own, others) = (_pages.GetValueOrDefault(account), CountOthers());
            var measured = await _meter.MeasureAsync(job, CountAsync(account, pages), cancellationToken);
            if (account == _awaited)
            {
                _next!.TrySetResult(new Work(_pages[account] - own, others - _othersBefore, CountOthers() - others));
            }

            return measured;
        }

        private int CountOthers() => _pages.Where(count => count.Key != _awaited).Sum(static count => count.Value);

        private async IAsyncEnumerable<ArchivesPage> CountAsync(AccountId account, IAsyncEnumerable<ArchivesPage> pages)
        {
            await foreach (var page in pages)
            {
                _pages.AddOrUpdate(account, 1, static (_, count) => count + 1);
                yield return page;
            }
        }
    }
}
