using System.Text.Json;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Inventories whose output is measured after their job was accepted.</summary>
public sealed class LargeInventoryTests
{
    private const int Archives = JobsDecider.MaxArchivesMeasuredFirst + 1;

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
        var output = (await server.SendAsync(GetOutput("v", job))).Expect(200);
        Assert.Equal(output.Body.Length, described.GetProperty("InventorySizeInBytes").GetInt32());
        Assert.Equal(Archives, output.Text.Split("archive-number-").Length - 1);
        Assert.Equal([job], await ListedAsync(server, "Succeeded"));
    }

    /// <summary>Adds the archives to the index without uploads, which takes much less time.</summary>
    private static async Task FillAsync(GatewayServer server)
    {
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        var vault = Some.VaultNamed("v");
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
}
