using System.Buffers;
using System.Net;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Wire;

/// <summary>Streams a body from its source. Its length is known, so chunked transfer encoding is never used.</summary>
/// <param name="source">Contains the bytes.</param>
/// <param name="range">The bytes to send.</param>
/// <param name="onSent">Called with the number of bytes sent so far, or null.</param>
/// <param name="idle">Restarted with each piece.</param>
/// <param name="limit">The rate, or null for no limit.</param>
internal class BodyContent(ByteSource source, ByteRange range, Action<long>? onSent, IdleTimer idle, RateLimit? limit) : HttpContent
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>The exception raised by reading the source, or null if there was none. HttpClient reports it as a connection
    /// failure, so it is kept here.</summary>
    public Exception? SourceFailure { get; private set; }

    /// <summary>The number of bytes of the source.</summary>
    protected long SourceBytes => range.LengthBytes;

    /// <summary>The number of bytes that follow the source's.</summary>
    protected virtual int FooterBytes => 0;

    /// <summary>Called before the first byte. A connection that fails early may have the body sent again.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Called with the bytes of the source, in order, before they are sent.</summary>
    protected virtual void Append(ReadOnlySpan<byte> bytes)
    {
    }

    /// <summary>Returns what follows the bytes of the source; called once, after the last of them.</summary>
    protected virtual ReadOnlyMemory<byte> Finish() => default;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var chunkBytes = (int)Math.Min(limit?.CapChunk(BufferBytes) ?? BufferBytes, range.LengthBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(chunkBytes);
        var sentBytes = 0L;
        onSent?.Invoke(sentBytes);
        Begin();
        try
        {
            var chunks = RangeReader
                .ReadAsync(source, range, buffer.AsMemory(0, Math.Max(1, chunkBytes)), cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var ended = chunks.ConfigureAwait(false);
            while (await MoveNextAsync(chunks).ConfigureAwait(false))
            {
                if (limit is not null)
                {
                    await limit.TakeAsync(chunks.Current.Length, cancellationToken).ConfigureAwait(false);
                    idle.Restart();
                }

                Append(chunks.Current.Span);
                await stream.WriteAsync(chunks.Current, cancellationToken).ConfigureAwait(false);
                idle.Restart();
                sentBytes += chunks.Current.Length;
                if (!cancellationToken.IsCancellationRequested)
                {
                    onSent?.Invoke(sentBytes);
                }
            }

            if (FooterBytes > 0)
            {
                await stream.WriteAsync(Finish(), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = range.LengthBytes + FooterBytes;
        return true;
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> chunks)
    {
        try
        {
            return await chunks.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            SourceFailure = failure;
            throw;
        }
    }
}
