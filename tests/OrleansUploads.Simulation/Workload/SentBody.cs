using OrleansUploads.Core.Parts;

namespace OrleansUploads.Simulation.Workload;

/// <summary>A request body, with or without a lie. Reads complete synchronously, because asynchronous ones would leave the
/// world's thread.</summary>
internal sealed class SentBody(Content content, Lie lie) : Stream
{
    private readonly int _length = lie switch
    {
        Lie.BodyTooShort => content.LengthBytes - 1,
        Lie.BodyTooLong => Math.Min(content.LengthBytes + 1, Content.FullBytes),
        _ => content.LengthBytes,
    };

    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (lie == Lie.BodyBreaksOff && _position > 0)
        {
            return ValueTask.FromException<int>(new IOException("The simulated client hung up."));
        }

        var limit = lie == Lie.BodyBreaksOff ? (_length + 1) / 2 : _length;
        var count = Math.Clamp(limit - _position, 0, buffer.Length);
        content.Whole.AsMemory(Math.Min(_position, Content.FullBytes), count).CopyTo(buffer);
        _position += count;

        // A whole block has no next byte, so the extra byte is a zero.
        if (lie == Lie.BodyTooLong && content.IsFull && count == 0 && _position == _length)
        {
            _position++;
            buffer.Span[0] = 0;
            return ValueTask.FromResult(1);
        }

        return ValueTask.FromResult(count);
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Compares an archive's bytes with the stored ones as they arrive, without keeping them.</summary>
internal sealed class ComparedBytes(IReadOnlyList<Content> expected, PartRange range) : Stream
{
    private long _position = range.FirstByte;

    /// <summary>Whether a byte is wrong, missing or extra.</summary>
    public bool Differ => _differs || _position != range.LastByte + 1;

    private bool _differs;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && !_differs)
        {
            var part = (int)(_position / Content.FullBytes);
            var offset = (int)(_position % Content.FullBytes);
            if (part >= expected.Count || offset >= expected[part].LengthBytes)
            {
                _differs = true;
                return;
            }

            var wanted = expected[part].Bytes.Span[offset..];
            var count = Math.Min(wanted.Length, buffer.Length);
            _differs = !wanted[..count].SequenceEqual(buffer[..count]);
            buffer = buffer[count..];
            _position += count;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
