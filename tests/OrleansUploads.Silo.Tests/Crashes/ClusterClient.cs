using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Hashing;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>A client that uploads one archive after the other through any silo, and repeats requests without an answer. A
/// wrong answer fails the test. A call that fails for good is recorded, and the client gives up the upload.</summary>
internal sealed class ClusterClient(GlacierClient client, ClusterLedger ledger, Random random, ClientHabits habits)
{
    private const int MaxTailBytes = 64 * 1024;
    private const int MaxDownloads = 4;

    /// <summary>Uploads archives until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await UploadAsync();
            }
            catch (GlacierException)
            {
                // It is in the ledger.
            }

            await Task.Delay(habits.Pause, CancellationToken.None);
        }
    }

    private async Task UploadAsync()
    {
        var upload = await CallAsync(client.InitiateMultipartUploadAsync(ClusterLedger.Vault, Archives.MiB));
        var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Archives.MiB).Append(random.Next(1, MaxTailBytes))
            .Select(ledger.NewContent)
            .ToList();
        await Task.WhenAll(parts.Select((part, index) => SendAsync(upload, part, index)));
        if (random.Next(habits.LeftOpenOneIn) == 0)
        {
            ledger.Open.Enqueue(new OpenUpload(upload, parts));
            return;
        }

        // Two concurrent completions, as from two nodes that both reported the last part. They go to different silos.
        var receipts = await Task.WhenAll(CompleteAsync(upload, parts), CompleteAsync(upload, parts));
        Assert.Equal(receipts[0], receipts[1]);
        var finished = new FinishedUpload(upload, receipts[0], parts);
        var isKept = random.Next(habits.KeptOneIn) == 0;
        if (isKept)
        {
            ledger.Finished.Enqueue(finished);
        }

        if (random.Next(habits.ReadBackOneIn) == 0)
        {
            Assert.Equal(finished.Bytes(), await ReadBackAsync(finished.ArchiveId));
        }

        if (!isKept)
        {
            await CallAsync(client.DeleteArchiveAsync(ClusterLedger.Vault, finished.ArchiveId));
            ledger.Deleted.Enqueue(finished.ArchiveId);
        }
    }

    private Task SendAsync(string upload, PartContent part, int index) =>
        CallAsync(client.UploadPartAsync(ClusterLedger.Vault, upload, (long)index * Archives.MiB, part.Body()));

    private async Task<string> CompleteAsync(string upload, IReadOnlyList<PartContent> parts) =>
        (await CallAsync(client.CompleteMultipartUploadAsync(
            ClusterLedger.Vault,
            upload,
            parts.Sum(part => (long)part.LengthBytes),
            TreeHasher.Combine([.. parts.Select(part => part.TreeHash)])))).ArchiveId;

    /// <summary>Retrieves an archive. A request is repeated only until it is answered, so a silo that is killed while it sends the bytes
    /// ends the download, and the output is downloaded again.</summary>
    private async Task<byte[]> ReadBackAsync(string archiveId)
    {
        var job = await CallAsync(client.InitiateArchiveRetrievalAsync(ClusterLedger.Vault, archiveId));
        for (var download = 1; ; download++)
        {
            using var output = await CallAsync(client.GetJobOutputAsync(ClusterLedger.Vault, job));
            using var bytes = new MemoryStream();
            try
            {
                await output.Body.CopyToAsync(bytes);
                return bytes.ToArray();
            }
            catch (IOException cut) when (download < MaxDownloads)
            {
                ledger.CutDownloads.Enqueue(cut);
            }
        }
    }

    private async Task<T> CallAsync<T>(Task<T> call)
    {
        await CallAsync((Task)call);
        return await call;
    }

    private async Task CallAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (GlacierException failed)
        {
            ledger.FailedCalls.Enqueue(failed);
            throw;
        }
    }
}
