using System.Collections.Concurrent;
using OrleansUploads.EndToEnd.Tests.Damage;

namespace OrleansUploads.EndToEnd.Tests.Checking;

/// <summary>Checks of a folder while its server keeps changing it.</summary>
[Campaign]
public sealed class OnlineCheckTests : TestWithFolder
{
    private const int Clients = 2;
    private const int Checks = 3;
    private static readonly string[] CollectImmediately = ["--quiet", "--collect-grace", "0s", "--collect-interval", "1s"];

    [Fact]
    public async Task Changes_by_a_busy_server_are_not_reported_as_damage_and_real_damage_is()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, CollectImmediately);
        var acknowledged = await Acknowledged.CreateAsync(server);
        var data = new DataFolder(Folder.Data);
        var requests = new ConcurrentBag<string>();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, Clients).Select(client => WorkAsync(server, client, requests, stop.Token)).ToList();
        for (var check = 0; check < Checks; check++)
        {
            var before = requests.Count;
            var result = await CheckedFolder.CheckAsync(data, check % 2 == 0 ? ["--deep"] : []);
            Assert.Empty(result.Damage);
            await Eventually.BecomesTrueAsync(() => requests.Count > before, "the clients have sent more requests");
        }

        var files = Directory.GetFiles(data.File("parts"), "*", SearchOption.AllDirectories);
        DataFolder.Flip(files.First(path => path.EndsWith("manifest", StringComparison.Ordinal) && IsOf(path, acknowledged.ArchiveId)), 120);
        DataFolder.Flip(files.First(path => path.Contains(acknowledged.UploadId, StringComparison.Ordinal)), 7);

        var damage = (await CheckedFolder.CheckAsync(data)).Damage;

        Assert.Equal(2, damage.Count);
        Assert.Single(damage, found => found.Archive == acknowledged.ArchiveId && found.Kind == "manifest");
        Assert.Single(damage, found => found.Upload == acknowledged.UploadId && found.Kind == "part");
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Contains("deleted", requests);
        Assert.Contains("aborted", requests);
        Assert.Contains("replaced", requests);
    }

    private static bool IsOf(string manifest, string archiveId) => DataFolder.Find(manifest, archiveId).Count > 0;

    /// <summary>Uploads, replaces parts, aborts, completes and deletes until cancelled.</summary>
    private static async Task WorkAsync(ServerProcess server, int seed, ConcurrentBag<string> requests, CancellationToken stopping)
    {
        var client = server.Connect();
        for (var round = 0; !stopping.IsCancellationRequested; round++)
        {
            try
            {
                var bytes = Archives.Bytes((2 * Archives.MiB) + 5, (100 * seed) + round);
                var upload = await client.InitiateMultipartUploadAsync(Acknowledged.Vault, Archives.MiB, cancellationToken: stopping);
                await client.UploadPartAsync(
                    Acknowledged.Vault, upload, 0, HashedBody.Of(Archives.Bytes(Archives.MiB, round)), stopping);
                for (var start = 0; start < bytes.Length; start += Archives.MiB)
                {
                    var part = bytes.AsMemory(start, Math.Min(Archives.MiB, bytes.Length - start));
                    await client.UploadPartAsync(Acknowledged.Vault, upload, start, HashedBody.Of(part), stopping);
                }

                requests.Add("replaced");
                if (round % 3 == 0)
                {
                    await client.AbortMultipartUploadAsync(Acknowledged.Vault, upload, stopping);
                    requests.Add("aborted");
                    continue;
                }

                var archive = await client.CompleteMultipartUploadAsync(
                    Acknowledged.Vault, upload, bytes.Length, HashedBody.Of(bytes).TreeHash, stopping);
                if (round % 3 == 1)
                {
                    await client.DeleteArchiveAsync(Acknowledged.Vault, archive.ArchiveId, stopping);
                    requests.Add("deleted");
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (GlacierException)
            {
                // Without grace, a part may be collected while it is being uploaded. The next round starts another upload.
            }
        }
    }
}
