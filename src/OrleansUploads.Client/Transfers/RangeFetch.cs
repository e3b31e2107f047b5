using System.Buffers;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client.Transfers;

/// <summary>Downloads ranges of a job's output into memory and verifies them.</summary>
internal sealed class RangeFetch(GlacierClient client, string vault, string jobId, ArchiveDownload.OutputProperties expected)
{
    private const int ReadBytes = 1024 * 1024;

    /// <summary>What the server says of damaged bytes. The protocol has no code for them.</summary>
    private const string Damaged = "The stored bytes are damaged";

    private RetryPolicy Retry => client.Transport.Retry;

    /// <summary>Downloads one range. If a connection breaks or stalls, the next attempt continues after the bytes that have arrived: a proxy
    /// may end every answer that takes longer than its limit, and damaged bytes are refused only in an answer that would begin with them.
    /// </summary>
    /// <exception cref="GlacierException">Bytes are missing or wrong, or the server refused the request.</exception>
    public async Task<FetchedRange> RunAsync(ByteRange range, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)range.LengthBytes);
        try
        {
            var arriving = new ArrivingRange(range.Start, buffer.AsMemory(0, (int)range.LengthBytes));
            TreeHash? treeHash = null;
            while (treeHash is null)
            {
                treeHash = await Retry.RunAsync(
                    (_, token) => AttemptAsync(arriving, token), client.Transport.TimeProvider, cancellationToken).ConfigureAwait(false);
            }

            return new FetchedRange(buffer, arriving.Bytes.Length, treeHash.Value);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <returns>The tree hash of the range, or null if the connection broke after it had made progress. That does not count as a
    /// failure.</returns>
    private async Task<TreeHash?> AttemptAsync(ArrivingRange range, CancellationToken cancellationToken)
    {
        var before = range.ArrivedBytes;
        try
        {
            await ContinueAsync(range, cancellationToken).ConfigureAwait(false);
        }
        catch (GlacierException failure)
            when (failure.IsTransient && range.ArrivedBytes - before >= IdleTimer.ProgressBytes && Retry.MaxAttempts > 1)
        {
            Retry.OnSuccess?.Invoke();
            Retry.OnRetry?.Invoke(failure, TimeSpan.Zero);
            return null;
        }
        catch (GlacierException failure) when (failure.Message.StartsWith(Damaged, StringComparison.Ordinal))
        {
            // The bytes may have been damaged on their way to the server, so it is asked once more.
            throw new GlacierException(
                failure.Code,
                $"Archive {expected.ArchiveId} cannot be read from byte {expected.FirstByte + range.Missing.Start} on: {failure.Message}",
                failure)
            {
                StatusCode = failure.StatusCode,
                RequestId = failure.RequestId,
                IsTransient = ++range.Damages == 1,
            };
        }

        var treeHash = TreeHasher.Compute(range.Bytes.Span);
        if (range.Announced is { } announced && announced != treeHash)
        {
            range.ArrivedBytes = 0;
            throw new GlacierException(
                GlacierErrorCodes.HashDiffers, $"The received bytes have tree hash {treeHash}, but the server announced {announced}.")
            {
                IsTransient = ++range.Differences < Retry.MaxAttempts,
            };
        }

        return treeHash;
    }

    /// <summary>Requests and reads what is missing of a range.</summary>
    private async Task ContinueAsync(ArrivingRange range, CancellationToken cancellationToken)
    {
        var wanted = range.Missing;
        using var output = await client.GetJobOutputAsync(vault, jobId, wanted, RetryPolicy.None, cancellationToken).ConfigureAwait(false);
        var theirs = output.Range ?? new ByteRange(0, expected.SizeBytes);
        if (theirs != wanted)
        {
            throw new GlacierException(
                GlacierErrorCodes.UnreadableAnswer, $"Requested bytes {wanted}, but the server returned bytes {theirs}.");
        }

        if (range.ArrivedBytes == 0)
        {
            range.Announced = output.TreeHash;
        }

        await ReadAsync(output.Body, range, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadAsync(Stream body, ArrivingRange range, CancellationToken cancellationToken)
    {
        var limit = client.Transport.Limit;
        var readBytes = limit?.CapChunk(ReadBytes) ?? ReadBytes;
        using var idle = client.Transport.StartIdleTimer(cancellationToken);
        while (range.ArrivedBytes < range.Bytes.Length)
        {
            var wantedBytes = Math.Min(range.Bytes.Length - range.ArrivedBytes, readBytes);
            if (limit is not null)
            {
                await limit.TakeAsync(wantedBytes, cancellationToken).ConfigureAwait(false);
                idle.Restart();
            }

            if (!await Transport.ReadAsync(idle, token => TryFillAsync(body, range, wantedBytes, idle, token), cancellationToken)
                .ConfigureAwait(false))
            {
                throw Transport.BodyEnded(range.ArrivedBytes, range.Bytes.Length);
            }
        }
    }

    /// <summary>Reads bytes until the body ends. On a slow link that takes longer than the idle timeout.</summary>
    /// <returns>Whether all of them have arrived.</returns>
    private static async Task<bool> TryFillAsync(
        Stream body, ArrivingRange range, int wantedBytes, IdleTimer idle, CancellationToken cancellationToken)
    {
        while (wantedBytes > 0)
        {
            var read = await body.ReadAsync(range.Bytes.Slice(range.ArrivedBytes, wantedBytes), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            range.ArrivedBytes += read;
            wantedBytes -= read;
            idle.Count(read);
        }

        return true;
    }

    /// <summary>A range, and how many of its bytes have arrived.</summary>
    private sealed class ArrivingRange(long start, Memory<byte> bytes)
    {
        public Memory<byte> Bytes { get; } = bytes;

        public int ArrivedBytes { get; set; }

        public ByteRange Missing => new(start + ArrivedBytes, start + Bytes.Length);

        /// <summary>The tree hash of the whole range, if the server has announced it.</summary>
        public TreeHash? Announced { get; set; }

        /// <summary>How often all bytes had another tree hash than the announced one.</summary>
        public int Differences { get; set; }

        /// <summary>How often the server said that the bytes are damaged.</summary>
        public int Damages { get; set; }
    }
}

/// <summary>A verified range in a rented buffer. Disposing of it gives the buffer back.</summary>
internal sealed class FetchedRange(byte[] buffer, int lengthBytes, TreeHash treeHash) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, lengthBytes);

    public TreeHash TreeHash { get; } = treeHash;

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
