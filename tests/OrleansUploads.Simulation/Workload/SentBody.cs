namespace OrleansUploads.Simulation.Workload;

/// <summary>A request body, with or without a lie. Reads complete synchronously, because asynchronous ones would leave the
/// world's thread.</summary>
internal sealed class SentBody(Content content, Lie lie)
    : MemoryStream(content.Whole, 0, LengthOf(content.LengthBytes, lie), writable: false)
{
    private bool _isOver;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (lie == Lie.BodyBreaksOff && Position > 0)
        {
            return ValueTask.FromException<int>(new IOException("The simulated client hung up."));
        }

        // A whole block has no next byte, so the extra byte is a zero.
        if (lie == Lie.BodyTooLong && content.IsFull && Position == Length && !_isOver)
        {
            _isOver = true;
            buffer.Span[0] = 0;
            return ValueTask.FromResult(1);
        }

        return ValueTask.FromResult(Read(buffer.Span));
    }

    private static int LengthOf(int lengthBytes, Lie lie) => lie switch
    {
        Lie.BodyTooShort => lengthBytes - 1,
        Lie.BodyTooLong => Math.Min(lengthBytes + 1, Content.FullBytes),
        Lie.BodyBreaksOff => (lengthBytes + 1) / 2,
        _ => lengthBytes,
    };
}

/// <summary>Compares an archive's bytes with the stored ones as they arrive, without keeping them.</summary>
internal sealed class ComparedBytes(IReadOnlyList<Content> expected, PartRange range) : MemoryStream
{
    private long _position = range.FirstByte;
    private bool _differs;

    /// <summary>Whether a byte that has arrived is wrong or extra.</summary>
    public bool AreWrong => _differs;

    /// <summary>Whether a byte is wrong, missing or extra.</summary>
    public bool Differ => _differs || _position != range.LastByte + 1;

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
}
