using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Hashing;

namespace OrleansUploads.Samples.IngestionNode;

/// <summary>Brings one file in: bytes into the node's own store, what is to be known of them to the upload's grain.</summary>
internal sealed class Ingestion(IUploadGrain upload, VaultAddress vault, DirectoryInfo store)
{
    private const long PartSizeBytes = 8L << 20;
    private const int PartsAtOnce = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentBag<FileInfo> _copies = [];

    /// <summary>Stores and reports all parts that are not there yet, and completes the upload.</summary>
    public async Task<FinishedArchive> RunAsync(FileInfo file, bool resume, CancellationToken cancellationToken)
    {
        store.Create();
        if (!resume)
        {
            await InsistAsync(
                () => upload.InitiateAsync(new UploadRequest(vault, PartSizeBytes, file.Name, UploadStorage.External), cancellationToken),
                cancellationToken);
        }

        var slots = Enumerable.Range(0, (int)((file.Length + PartSizeBytes - 1) / PartSizeBytes));
        var hashes = new TreeHash[slots.Count()];
        var options = new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(slots, options, async (slot, token) => hashes[slot] = await BringAsync(file, slot, token));

        var claim = new CompletionRequest(vault, file.Length, TreeHasher.Combine(hashes).ToString());
        return await InsistAsync(() => upload.CompleteAsync(claim, cancellationToken), cancellationToken);
    }

    /// <summary>Where each part of the finished archive is.</summary>
    public async IAsyncEnumerable<PartEntry> ReadManifestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long? next = 0; next is { } first;)
        {
            var page = await InsistAsync(
                () => upload.ReadManifestAsync(new PartsQuery(vault, first, 1000), cancellationToken), cancellationToken);
            foreach (var part in page.Parts)
            {
                yield return part;
            }

            next = page.NextFirstByte;
        }
    }

    /// <summary>Deletes the copies that the archive did not come to need. Not earlier: a report may be on its way for long, and
    /// only an upload that has ended takes none.</summary>
    public void DeleteOthers(IReadOnlySet<string> needed)
    {
        foreach (var copy in _copies.Where(copy => !needed.Contains(copy.FullName)))
        {
            copy.Delete();
        }
    }

    /// <summary>One part: stored under a name that was never used, flushed, and only then reported.</summary>
    private async Task<TreeHash> BringAsync(FileInfo file, int slot, CancellationToken cancellationToken)
    {
        var first = slot * PartSizeBytes;
        var bytes = new byte[Math.Min(PartSizeBytes, file.Length - first)];
        await using (var input = file.OpenRead())
        {
            input.Position = first;
            await input.ReadExactlyAsync(bytes, cancellationToken);
        }

        var hash = TreeHasher.Compute(bytes);
        var copy = new FileInfo(Path.Combine(store.FullName, $"{first}-{Guid.NewGuid():N}"));
        await using (var output = copy.Open(FileMode.CreateNew))
        {
            await output.WriteAsync(bytes, cancellationToken);
            output.Flush(flushToDisk: true);
        }

        _copies.Add(copy);
        await InsistAsync(
            () => upload.ReportPartAsync(
                vault, new PartReport(first, first + bytes.Length - 1, hash.ToString(), copy.FullName), cancellationToken),
            cancellationToken);
        return hash;
    }

    /// <summary>Asks until somebody knows: a silo may die at any moment, and every call is safe to repeat.</summary>
    private static async Task<T> InsistAsync<T>(Func<ValueTask<UploadAnswer<T>>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if ((await ask()).TryGet(out var value, out var refusal))
                {
                    return value;
                }

                if (refusal.Kind != UploadRefusalKind.Unavailable)
                {
                    throw new InvalidOperationException(refusal.Message);
                }
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException)
            {
                Console.Error.WriteLine($"{fault.Message} Trying again.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
