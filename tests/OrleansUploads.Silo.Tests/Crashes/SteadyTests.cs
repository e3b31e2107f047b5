using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Hashing;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>A healthy cluster whose clients do not retry: no request may fail.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class SteadyTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int RequestsOfAnUpload = 4;
    private const int PartBytes = 7;

    private static readonly int Requests = TestSetting.Read("ORLEANSUPLOADS_STEADY_REQUESTS", 1200);

    private int _seed;

    [Fact]
    public async Task No_request_fails_in_a_healthy_cluster()
    {
        int[] callers = [1, 8, 32];
        await using var cluster = await SiloCluster.StartAsync(postgres);
        using var client = cluster.Balancer.Connect(RetryPolicy.None);
        var vaults = Enumerable.Range(0, callers.Max()).Select(static number => $"vault-{number}").ToList();
        foreach (var vault in vaults)
        {
            await client.CreateVaultAsync(vault);
        }

        var uploads = Requests / RequestsOfAnUpload / callers.Length / 2;
        foreach (var count in callers)
        {
            await UploadAsync(client, uploads, count, _ => vaults[0]);
            await UploadAsync(client, uploads, count, caller => vaults[caller]);
        }

        output.WriteLine($"{_seed * RequestsOfAnUpload} requests of {string.Join(", ", callers)} callers, on one vault and on many.");
    }

    /// <summary>Uploads archives concurrently. The first request that fails ends the test.</summary>
    private Task UploadAsync(GlacierClient client, int uploads, int callers, Func<int, string> vaultOf) =>
        Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var number = caller; number < uploads; number += callers)
            {
                await UploadAsync(client, vaultOf(caller));
            }
        })));

    private async Task UploadAsync(GlacierClient client, string vault)
    {
        var part = new PartContent(Interlocked.Increment(ref _seed), PartBytes);
        var upload = await client.InitiateMultipartUploadAsync(vault, Archives.MiB);
        await client.UploadPartAsync(vault, upload, 0, part.Body());
        await client.ListPartsAsync(vault, upload).ToListAsync();
        await client.CompleteMultipartUploadAsync(vault, upload, PartBytes, TreeHasher.Combine([part.TreeHash]));
    }
}
