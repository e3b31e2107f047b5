using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Transfers;

/// <summary>Sends the parts of one upload that the server does not have.</summary>
internal sealed class PartSender(
    GlacierClient client, string vault, string uploadId, ServerParts have, UploadProgressReporter progress)
{
    /// <summary>Sends the parts of a source.</summary>
    /// <returns>The tree hashes of all parts.</returns>
    public async Task<TreeHash[]> SendAsync(
        ByteSource source, PartPlan plan, ArchiveUploadOptions options, CancellationToken cancellationToken)
    {
        var hashes = new TreeHash[plan.PartCount];
        var workers = Workers(options.Workers, cancellationToken);
        if (options.StopsAtDifference && have.Count > 0)
        {
            await Parallel.ForAsync(0, plan.PartCount, workers, async (part, token) =>
            {
                var range = plan.RangeOf(part);
                if (have.HasPartAt(range.Start))
                {
                    hashes[part] = await RangeReader.HashAsync(source, range, token);
                    RequireSame(range, hashes[part]);
                }
            });
        }

        await Parallel.ForAsync(0, plan.PartCount, workers, async (part, token) =>
        {
            var range = plan.RangeOf(part);
            var isCompared = options.StopsAtDifference && have.HasPartAt(range.Start);
            if (!isCompared)
            {
                using var body = await ReadBody.ReadAsync(source, range, !client.AcceptsUnsignedPayload, token);
                hashes[part] = body.Hashed.TreeHash;
                if (!have.Contains(range, hashes[part]))
                {
                    await client.UploadPartAsync(vault, uploadId, range.Start, body.Hashed, token);
                    progress.PartDone(range, skipped: false);
                    return;
                }
            }

            progress.PartDone(range, skipped: true);
        });
        return hashes;
    }

    /// <summary>Sends the parts of a stream. The next part is read while the workers send the ones before it.</summary>
    /// <returns>The tree hashes of all parts.</returns>
    public async Task<TreeHash[]> SendAsync(StreamParts parts, int workers, CancellationToken cancellationToken)
    {
        var hashes = new List<Task<TreeHash>>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var free = new SemaphoreSlim(workers);
        try
        {
            do
            {
                await free.WaitAsync(stop.Token);
                hashes.Add(SendAsync(parts.Take(), free, stop));
            }
            while (await parts.ReadAsync(stop.Token));

            return await Task.WhenAll(hashes);
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAll(hashes).ContinueWith(static _ => { }, TaskScheduler.Default);
            ThrowFirstFailure(hashes);
            throw;
        }
    }

    private async Task<TreeHash> SendAsync(StreamPart part, SemaphoreSlim free, CancellationTokenSource stop)
    {
        try
        {
            var body = await Task.Run(() => HashedBody.Of(part.Bytes, !client.AcceptsUnsignedPayload), stop.Token);
            var isStored = have.HasPartAt(part.Range.Start);
            if (isStored)
            {
                RequireSame(part.Range, body.TreeHash);
            }
            else
            {
                await client.UploadPartAsync(vault, uploadId, part.Range.Start, body, stop.Token);
            }

            progress.PartDone(part.Range, skipped: isStored);
            return body.TreeHash;
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            part.Return();
            free.Release();
        }
    }

    /// <summary>Throws the failure of the worker that stopped the others, and not the cancellations of those.</summary>
    private static void ThrowFirstFailure(List<Task<TreeHash>> hashes) =>
        hashes.Find(static sent => sent.IsFaulted)?.GetAwaiter().GetResult();

    private void RequireSame(ByteRange range, TreeHash hash)
    {
        if (have.FindDifference(range, hash) is { } difference)
        {
            throw new ArchiveUploadException(uploadId, difference.Describe()) { FirstDifference = difference };
        }
    }

    private static ParallelOptions Workers(int count, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = count, CancellationToken = cancellationToken };
}
