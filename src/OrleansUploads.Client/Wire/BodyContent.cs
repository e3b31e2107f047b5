using System.Buffers;
using System.Net;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Wire;

/// <summary>Streams a body from its source with a known length, so that it is never sent in chunks.</summary>
internal sealed class BodyContent : HttpContent
{
    private const int BufferBytes = 128 * 1024;

    private readonly HashedBody _body;
    private readonly IdleTimer _idle;

    public BodyContent(HashedBody body, IdleTimer idle)
    {
        _body = body;
        _idle = idle;
    }

    /// <summary>What reading the source raised. HTTP wraps it as a broken connection, which it is not.</summary>
    public Exception? SourceFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferBytes, _body.LengthBytes));
        try
        {
            await using var chunks = RangeReader
                .ReadAsync(_body.Source, _body.Range, buffer, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(chunks))
            {
                await stream.WriteAsync(chunks.Current, cancellationToken);
                _idle.Touch();
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
