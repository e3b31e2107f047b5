using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Transfers;

/// <summary>One upload in progress: sends the parts that the server does not have, and completes it.</summary>
internal sealed class OpenUpload(
    GlacierClient client, ArchiveUploadOptions options, string vault, ServerParts have, UploadProgress begun)
{
    private readonly string _uploadId = begun.UploadId;
    private readonly Lock _gate = new();
    private UploadProgress _progress = begun;

    public int PartsDone
    {
        get
        {
            lock (_gate)
            {
                return _progress.PartsDone;
            }
        }
    }

    /// <summary>Sends the parts of a source, and returns the tree hashes of all parts.</summary>
    public async Task<TreeHash[]> SendAsync(ByteSource source, PartPlan plan, CancellationToken cancellationToken)
    {
        var hashes = new TreeHash[plan.PartCount];
        var workers = new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = cancellationToken };
        if (options.StopsAtDifference && have.Count > 0)
        {
            await Parallel.ForAsync(0, plan.PartCount, workers, async (part, token) =>
            {
                var range = plan.RangeOf(part);
                if (have.HasPartAt(range.Start))
                {
                    hashes[part] = await RangeReader.HashAsync(source, range, token).ConfigureAwait(false);
                    RequireSame(range, hashes[part]);
                }
            }).ConfigureAwait(false);
        }

        await Parallel.ForAsync(0, plan.PartCount, workers, async (part, token) =>
        {
            var range = plan.RangeOf(part);
            var isCompared = options.StopsAtDifference && have.HasPartAt(range.Start);
            if (!isCompared)
            {
                using var body = await ReadBody.ReadAsync(source, range, !client.AcceptsUnsignedPayload, token).ConfigureAwait(false);
                hashes[part] = body.Hashed.TreeHash;
                if (!have.Contains(range, hashes[part]))
                {
                    await client.UploadPartAsync(vault, _uploadId, range.Start, Observed(body.Hashed, range), token).ConfigureAwait(false);
                    Report(range, skipped: false);
                    return;
                }
            }

            Report(range, skipped: true);
        }).ConfigureAwait(false);
        return hashes;
    }

    /// <summary>Sends the parts of a stream, and returns the tree hashes of all parts. The next part is read while the
    /// workers send the ones before it.</summary>
    public async Task<TreeHash[]> SendAsync(StreamParts parts, CancellationToken cancellationToken)
    {
        var hashes = new List<Task<TreeHash>>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var free = new SemaphoreSlim(options.Workers);
        try
        {
            do
            {
                await free.WaitAsync(stop.Token).ConfigureAwait(false);
                hashes.Add(SendAsync(parts.Take(), free, stop));
            }
            while (await parts.ReadAsync(stop.Token).ConfigureAwait(false));

            return await Task.WhenAll(hashes).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(hashes).ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
            ThrowFirstFailure(hashes);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Completes the upload, and finds out which part is wrong if the server refuses.</summary>
    /// <exception cref="ArchiveUploadException">A part on the server differs from the source, or the archive does.</exception>
    public async Task<ArchiveReceipt> CompleteAsync(
        PartPlan plan, TreeHash[] hashes, CancellationToken cancellationToken)
    {
        var treeHash = TreeHasher.Combine(hashes);
        try
        {
            var receipt = await client.CompleteMultipartUploadAsync(
                vault, _uploadId, plan.SizeBytes, treeHash, options.CompleteRetry, cancellationToken).ConfigureAwait(false);
            return receipt.TreeHash is not { } theirs || theirs == treeHash
                ? receipt
                : throw new ArchiveUploadException(
                    _uploadId, $"Archive {receipt.ArchiveId} has tree hash {theirs}, but the source has {treeHash}.");
        }
        catch (GlacierException refusal) when (refusal.Code == GlacierErrorCodes.InvalidParameterValue)
        {
            // The refusal does not name the wrong part, and there may be thousands. Comparing their hashes finds it.
            if (await FindFirstDifferenceAsync(plan, hashes, cancellationToken).ConfigureAwait(false) is not { } difference)
            {
                throw;
            }

            throw new ArchiveUploadException(
                _uploadId,
                $"{difference.Describe()} The server refused to complete the upload: {refusal.Message}",
                refusal)
            {
                FirstDifference = difference,
            };
        }
    }

    private async Task<TreeHash> SendAsync(StreamPart part, SemaphoreSlim free, CancellationTokenSource stop)
    {
        try
        {
            var body = await Task.Run(() => HashedBody.Of(part.Bytes, !client.AcceptsUnsignedPayload), stop.Token).ConfigureAwait(false);
            var isStored = have.HasPartAt(part.Range.Start);
            if (isStored)
            {
                RequireSame(part.Range, body.TreeHash);
            }
            else
            {
                await client.UploadPartAsync(vault, _uploadId, part.Range.Start, Observed(body, part.Range), stop.Token)
                    .ConfigureAwait(false);
            }

            Report(part.Range, skipped: isStored);
            return body.TreeHash;
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            part.Return();
            free.Release();
        }
    }

    private async Task<PartDifference?> FindFirstDifferenceAsync(
        PartPlan plan, TreeHash[] hashes, CancellationToken cancellationToken)
    {
        try
        {
            var theirs = await ServerParts.ReadAsync(client, vault, _uploadId, cancellationToken).ConfigureAwait(false);
            return theirs.FindFirstDifference(plan, hashes);
        }
        catch (GlacierException)
        {
            // The caller reports the original refusal without a part.
            return null;
        }
    }

    private HashedBody Observed(HashedBody body, ByteRange range) =>
        options.OnSending is { } onSending ? body.Reporting(sentBytes => onSending(range, sentBytes)) : body;

    /// <summary>Throws the failure of the worker that stopped the others, and not the cancellations of those.</summary>
    private static void ThrowFirstFailure(List<Task<TreeHash>> hashes) =>
        hashes.Find(static sent => sent.IsFaulted)?.GetAwaiter().GetResult();

    /// <summary>Adds a part to the progress of all workers. Reports under the lock, so no report is older than the previous one.</summary>
    private void Report(ByteRange range, bool skipped)
    {
        lock (_gate)
        {
            _progress = _progress with
            {
                SentBytes = _progress.SentBytes + (skipped ? 0 : range.LengthBytes),
                SkippedBytes = _progress.SkippedBytes + (skipped ? range.LengthBytes : 0),
                PartsDone = _progress.PartsDone + 1,
                LastPart = range,
            };
            options.OnProgress?.Invoke(_progress);
        }
    }

    private void RequireSame(ByteRange range, TreeHash hash)
    {
        if (have.FindDifference(range, hash) is { } difference)
        {
            throw new ArchiveUploadException(_uploadId, difference.Describe()) { FirstDifference = difference };
        }
    }
}
