using System.Buffers;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>The decoded bytes of an aws-chunked body. The end of the stream is reached only if the whole body is
/// authentic.</summary>
/// <param name="framed">The body as received.</param>
/// <param name="decoder">Decodes it; disposed with this stream.</param>
internal sealed class ChunkedBodyStream(Stream framed, ChunkedBodyDecoder decoder) : Stream
{
    private const int BufferBytes = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;
    private bool _isFinished;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="ChunkedBodyException">The body is malformed, cut short, or not authentic.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0 && !_isFinished)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = await framed.ReadAsync(_buffer, cancellationToken);
                if (_end == 0)
                {
                    _isFinished = true;
                    Require(decoder.Finish());
                    break;
                }
            }

            decoder.Decode(_buffer.AsSpan(_start, _end - _start), buffer.Span, out var consumed, out var produced);
            Require(decoder.Error);
            _start += consumed;
            if (produced > 0)
            {
                return produced;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            decoder.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        base.Dispose(disposing);
    }

    private static void Require(ChunkedBodyError error)
    {
        if (error != ChunkedBodyError.None)
        {
            throw new ChunkedBodyException(error);
        }
    }
}
