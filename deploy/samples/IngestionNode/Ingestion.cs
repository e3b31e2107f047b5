using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Hashing;

namespace OrleansUploads.Samples.IngestionNode;

/// <summary>Uploads one file: stores its bytes in the node's own store, and reports them to the upload's grain.</summary>
internal sealed class Ingestion(IUploadGrain upload, VaultAddress vault, DirectoryInfo store)
{
    private const long MinPartSizeBytes = 8L << 20;
    private const int MaxParts = 10_000;
    private const int ConcurrentParts = 4;
    private const int PageLength = 1000;

    private readonly ConcurrentBag<FileInfo> _copies = [];

    /// <summary>Stores and reports the parts that the upload does not have yet, and completes the upload.</summary>
    /// <exception cref="RefusedException">The cluster refused a call.</exception>
    public async Task<FinishedArchive> RunAsync(FileInfo file, CancellationToken cancellationToken)
    {
        store.Create();
        var request = new UploadRequest(vault, PartSizeOf(file.Length), file.Name, UploadStorage.External);
        await Calls.InsistAsync(() => upload.InitiateAsync(request, cancellationToken), cancellationToken);

        var known = await ListPartsAsync(cancellationToken);
        var hashes = new TreeHash[(file.Length + request.PartSizeBytes - 1) / request.PartSizeBytes];
        await Parallel.ForAsync(
            0,
            hashes.Length,
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentParts, CancellationToken = cancellationToken },
            async (slot, token) =>
            {
                var first = slot * request.PartSizeBytes;
                var bytes = await ReadAsync(file, first, request.PartSizeBytes, token);
                hashes[slot] = TreeHasher.Compute(bytes);
                if (!IsStored(known, first, hashes[slot]))
                {
                    await StoreAsync(first, bytes, hashes[slot], token);
                }
            });

        // If another node has completed the upload with the same bytes, the answer is the same archive.
        var claim = new CompletionRequest(vault, file.Length, TreeHasher.Combine(hashes).ToString());
        return await Calls.InsistAsync(() => upload.CompleteAsync(claim, cancellationToken), cancellationToken);
    }

    /// <summary>Lists where each part of the finished archive is.</summary>
    /// <exception cref="RefusedException">The archive was deleted.</exception>
    public async IAsyncEnumerable<PartEntry> ReadManifestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long? next = 0; next is { } first;)
        {
            var page = await Calls.InsistAsync(
                () => upload.ReadManifestAsync(new PartsQuery(vault, first, PageLength), cancellationToken), cancellationToken);
            foreach (var part in page.Parts)
            {
                yield return part;
            }

            next = page.NextFirstByte;
        }
    }

    /// <summary>Deletes the copies of this node that the archive does not use. The upload must have ended, because only then no
    /// report of them can arrive late.</summary>
    public void DeleteUnused(IReadOnlySet<string> used)
    {
        foreach (var copy in _copies.Where(copy => !used.Contains(copy.FullName)))
        {
            copy.Delete();
        }
    }

    /// <summary>The smallest part size with which the file has at most <see cref="MaxParts"/> parts.</summary>
    private static long PartSizeOf(long length)
    {
        var size = MinPartSizeBytes;
        while (size * MaxParts < length)
        {
            size *= 2;
        }

        return size;
    }

    private static async Task<byte[]> ReadAsync(FileInfo file, long first, long partSizeBytes, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(partSizeBytes, file.Length - first)];
        await using var input = file.OpenRead();
        input.Position = first;
        await input.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>Whether the upload has a part with this hash, and this node can see its bytes.</summary>
    private static bool IsStored(IReadOnlyDictionary<long, PartEntry> known, long first, TreeHash hash) =>
        known.TryGetValue(first, out var part) && part.TreeHash == hash.ToString() && File.Exists(part.Location);

    /// <summary>Stores one part under a name that was never used, flushes it, and only then reports it. A real store also flushes the
    /// directory.</summary>
    private async Task StoreAsync(long first, byte[] bytes, TreeHash hash, CancellationToken cancellationToken)
    {
        var copy = new FileInfo(Path.Combine(store.FullName, $"{first}-{Guid.NewGuid():N}"));
        await using (var output = copy.Open(FileMode.CreateNew))
        {
            await output.WriteAsync(bytes, cancellationToken);
            output.Flush(flushToDisk: true);
        }

        _copies.Add(copy);
        var report = new PartReport(first, first + bytes.Length - 1, hash.ToString(), copy.FullName);
        await UnlessEndedAsync(() => upload.ReportPartAsync(vault, report, cancellationToken), cancellationToken);
    }

    /// <summary>The parts that the upload has, by their first byte.</summary>
    private async Task<IReadOnlyDictionary<long, PartEntry>> ListPartsAsync(CancellationToken cancellationToken)
    {
        var parts = new Dictionary<long, PartEntry>();
        for (long? next = 0; next is { } first;)
        {
            var page = await UnlessEndedAsync(
                () => upload.ListPartsAsync(new PartsQuery(vault, first, PageLength), cancellationToken), cancellationToken);
            foreach (var part in page?.Parts ?? [])
            {
                parts[part.FirstByte] = part;
            }

            next = page?.NextFirstByte;
        }

        return parts;
    }

    /// <summary>Makes a call that an upload refuses once it has ended. Completing it shows how.</summary>
    /// <returns>The answer, or the default value if the upload has ended.</returns>
    private static async Task<T?> UnlessEndedAsync<T>(Func<ValueTask<UploadAnswer<T>>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await Calls.InsistAsync(call, cancellationToken);
        }
        catch (RefusedException refused) when (refused.Kind == UploadRefusalKind.UploadNotFound)
        {
            return default;
        }
    }
}
