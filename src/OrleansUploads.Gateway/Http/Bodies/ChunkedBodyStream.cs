using System.Buffers;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>The decoded bytes of an aws-chunked body. The end of the stream is reached only if the whole body is
/// authentic.</summary>
internal sealed class ChunkedBodyStream(Stream framed, ChunkedBodyDecoder decoder) : ForwardStream
{
    private const int BufferBytes = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;
    private bool _isFinished;

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

/// <summary>An aws-chunked body is malformed, cut short, or not authentic. Nothing of it may be stored.</summary>
internal sealed class ChunkedBodyException(ChunkedBodyError error) : IOException($"The aws-chunked body is invalid: {error}.")
{
    public ChunkedBodyError Error { get; } = error;
}
