using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Simulation.Hostile;

/// <summary>A well-behaved account. Like Amazon's clients, it uses several connections and retries failed
/// requests.</summary>
internal static class GoodClient
{
    private const int PartBytes = 4 * 1024 * 1024;
    private const int PartsAtOnce = 4;

    /// <summary>Uploads an archive in parts, on new connections.</summary>
    public static async Task<TimeSpan?> UploadAsync(HostileServer server, byte[] archive, TimeSpan patience)
    {
        using var client = server.Connect(CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        using var ended = new CancellationTokenSource(patience);
        var parts = archive.Chunk(PartBytes).Select(part => HashedBody.Of(part)).ToList();
        var tree = HashedBody.Of(archive).TreeHash;
        var watch = Stopwatch.StartNew();
        try
        {
            var upload = await client.InitiateMultipartUploadAsync(
                HostileServer.GoodVault, PartBytes, cancellationToken: ended.Token);
            await Parallel.ForAsync(
                0,
                parts.Count,
                new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = ended.Token },
                async (number, cancellationToken) => await client.UploadPartAsync(
                    HostileServer.GoodVault, upload, (long)number * PartBytes, parts[number], cancellationToken));
            await client.CompleteMultipartUploadAsync(HostileServer.GoodVault, upload, archive.Length, tree, ended.Token);
            return watch.Elapsed;
        }
        catch (Exception fault) when (fault is GlacierException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Requests the description of its vault repeatedly.</summary>
    public static async Task<TimeSpan?> AskAsync(HostileServer server, TimeSpan howLong)
    {
        using var client = server.Connect(CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        using var patience = new CancellationTokenSource(howLong + TimeSpan.FromSeconds(30));
        var times = new List<TimeSpan>();
        var all = Stopwatch.StartNew();
        try
        {
            while (all.Elapsed < howLong || times.Count < 3)
            {
                var watch = Stopwatch.StartNew();
                await client.DescribeVaultAsync(HostileServer.GoodVault, patience.Token);
                times.Add(watch.Elapsed);
            }
        }
        catch (Exception fault) when (fault is GlacierException or OperationCanceledException)
        {
            return null;
        }

        return times.Order().ElementAt(times.Count * 95 / 100);
    }
}
