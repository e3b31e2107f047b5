using System.Buffers;
using System.Numerics;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client.Transfers;

/// <summary>Downloads ranges of a job's output into memory and verifies them.</summary>
internal sealed class RangeFetch(GlacierClient client, string vault, string jobId, long sizeBytes)
{
    private const int ReadBytes = 1024 * 1024;

    /// <summary>Downloads one range. An attempt includes the whole body, so a connection that breaks in the middle of a range is
    /// retried too. If that happens again, the range is downloaded in shorter ones: a proxy may end answers that take longer than its limit.
    /// </summary>
    /// <exception cref="GlacierException">Bytes are missing or wrong, or the server refused the request.</exception>
    public async Task<FetchedRange> RunAsync(ByteRange range, CancellationToken cancellationToken)
    {
        var transport = client.Transport;
        var buffer = ArrayPool<byte>.Shared.Rent((int)range.LengthBytes);
        try
        {
            var bytes = buffer.AsMemory(0, (int)range.LengthBytes);
            var (pieceBytes, breaks) = (bytes.Length, 0);
            TreeHash? treeHash = null;
            for (var done = 0; done < bytes.Length;)
            {
                var piece = await transport.Retry.RunAsync(
                    async (_, token) =>
                    {
                        var lengthBytes = Math.Min(pieceBytes, bytes.Length - done);
                        var start = range.Start + done;
                        var hash = await AttemptAsync(
                            new ByteRange(start, start + lengthBytes), bytes.Slice(done, lengthBytes), Shorten, token);
                        return (LengthBytes: lengthBytes, TreeHash: hash);
                    },
                    transport.TimeProvider,
                    cancellationToken);
                done += piece.LengthBytes;
                treeHash = piece.LengthBytes == bytes.Length ? piece.TreeHash : null;
            }

            return new FetchedRange(buffer, bytes.Length, treeHash ?? TreeHasher.Compute(bytes.Span));

            void Shorten()
            {
                breaks++;
                if (breaks > 1 && pieceBytes > TreeHash.LeafBytes)
                {
                    pieceBytes = (int)BitOperations.RoundUpToPowerOf2((uint)pieceBytes) / 2;
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private async Task<TreeHash> AttemptAsync(ByteRange range, Memory<byte> bytes, Action onBreak, CancellationToken cancellationToken)
    {
        using var output = await client.GetJobOutputAsync(vault, jobId, range, RetryPolicy.None, cancellationToken);
        var theirs = output.Range ?? new ByteRange(0, sizeBytes);
        if (theirs != range)
        {
            throw new GlacierException(
                GlacierErrorCodes.UnreadableAnswer, $"Requested bytes {range}, but the server returned bytes {theirs}.");
        }

        try
        {
            await ReadAsync(output.Body, bytes, cancellationToken);
        }
        catch (GlacierException)
        {
            onBreak();
            throw;
        }

        var treeHash = TreeHasher.Compute(bytes.Span);
        return output.TreeHash is not { } announced || announced == treeHash
            ? treeHash
            : throw TransientFailure(
                GlacierErrorCodes.HashDiffers,
                $"The received bytes have tree hash {treeHash}, but the server announced {announced}.");
    }

    private async Task ReadAsync(Stream body, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        var limit = client.Transport.Limit;
        var readBytes = limit?.CapChunk(ReadBytes) ?? ReadBytes;
        using var idle = client.Transport.StartIdleTimer(cancellationToken);
        for (var done = 0; done < bytes.Length;)
        {
            var wanted = bytes[done..Math.Min(bytes.Length, done + readBytes)];
            if (limit is not null)
            {
                await limit.TakeAsync(wanted.Length, cancellationToken);
                idle.Restart();
            }

            var read = await Transport.ReadAsync(idle, token => FillAsync(body, wanted, idle, token), cancellationToken);
            if (read < wanted.Length)
            {
                throw TransientFailure(
                    GlacierErrorCodes.ConnectionFailure, $"The body ended after {done + read} of {bytes.Length} bytes.");
            }

            done += read;
        }
    }

    /// <summary>Reads until the buffer is full or the body ends. On a slow link that takes longer than the idle timeout, so each byte
    /// counts.</summary>
    private static async Task<int> FillAsync(Stream body, Memory<byte> buffer, IdleTimer idle, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length && await body.ReadAsync(buffer[filled..], cancellationToken) is > 0 and var read)
        {
            filled += read;
            idle.Restart();
        }

        return filled;
    }

    private static GlacierException TransientFailure(string code, string message) => new(code, message) { IsTransient = true };
}

/// <summary>A verified range in a rented buffer. Disposing of it gives the buffer back.</summary>
internal sealed class FetchedRange(byte[] buffer, int lengthBytes, TreeHash treeHash) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, lengthBytes);

    public TreeHash TreeHash { get; } = treeHash;

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
