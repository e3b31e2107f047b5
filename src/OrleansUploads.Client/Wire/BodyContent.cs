using System.Buffers;
using System.Net;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Wire;

/// <summary>Streams a body from its source. Its length is known, so chunked transfer encoding is never used.</summary>
internal sealed class BodyContent(HashedBody body, IdleTimer idle, RateLimit? limit) : HttpContent
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>The exception raised by reading the source, or null if there was none. HttpClient reports it as a connection
    /// failure, so it is kept here.</summary>
    public Exception? SourceFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var chunkBytes = (int)Math.Min(limit?.CapChunk(BufferBytes) ?? BufferBytes, body.LengthBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(chunkBytes);
        var sentBytes = 0L;
        body.OnSent?.Invoke(sentBytes);
        try
        {
            await using var chunks = RangeReader
                .ReadAsync(body.Source, body.Range, buffer.AsMemory(0, Math.Max(1, chunkBytes)), cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(chunks))
            {
                if (limit is not null)
                {
                    await limit.TakeAsync(chunks.Current.Length, cancellationToken);
                    idle.Restart();
                }

                await stream.WriteAsync(chunks.Current, cancellationToken);
                idle.Restart();
                sentBytes += chunks.Current.Length;
                if (!cancellationToken.IsCancellationRequested)
                {
                    body.OnSent?.Invoke(sentBytes);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.LengthBytes;
        return true;
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> chunks)
    {
        try
        {
            return await chunks.MoveNextAsync();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            SourceFailure = failure;
            throw;
        }
    }
}
