using System.Buffers;
using System.Net;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Wire;

/// <summary>Streams a body from its source. Its length is known, so chunked transfer encoding is never used.</summary>
internal sealed class BodyContent : HttpContent
{
    private const int BufferBytes = 128 * 1024;

    private readonly HashedBody _body;
    private readonly IdleTimer _idle;
    private readonly RateLimit? _limit;

    public BodyContent(HashedBody body, IdleTimer idle, RateLimit? limit)
    {
        _body = body;
        _idle = idle;
        _limit = limit;
    }

    /// <summary>The exception raised by reading the source, or null if there was none. HttpClient reports it as a connection
    /// failure, so it is kept here.</summary>
    public Exception? SourceFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var chunkBytes = (int)Math.Min(_limit?.CapChunk(BufferBytes) ?? BufferBytes, _body.LengthBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(chunkBytes);
        try
        {
            await using var chunks = RangeReader
                .ReadAsync(_body.Source, _body.Range, buffer.AsMemory(0, Math.Max(1, chunkBytes)), cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(chunks))
            {
                if (_limit is not null)
                {
                    await _limit.TakeAsync(chunks.Current.Length, cancellationToken);
                    _idle.Restart();
                }

                await stream.WriteAsync(chunks.Current, cancellationToken);
                _idle.Restart();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.LengthBytes;
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
