using System.IO.Pipelines;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>The bytes of an object while they arrive. Ends with an exception unless all of them have arrived, so that no SDK can take the
/// beginning of an object for the whole.</summary>
/// <param name="bytes">Where they arrive.</param>
/// <param name="lengthBytes">How many there will be.</param>
/// <param name="abandoned">Canceled when no more will arrive.</param>
internal sealed class UnrepeatableStream(PipeReader bytes, long lengthBytes, CancellationToken abandoned) : Stream
{
    private long _position;

    /// <summary>Whether all bytes were read.</summary>
    public bool IsAtEnd => _position == lengthBytes;

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
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsAtEnd || buffer.IsEmpty)
        {
            return 0;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(abandoned, cancellationToken);
        var read = await bytes.ReadAsync(either.Token);
        abandoned.ThrowIfCancellationRequested();
        if (read.Buffer.IsEmpty)
        {
            throw new EndOfStreamException($"The attempt was abandoned after {_position} of {lengthBytes} bytes.");
        }

        var taken = read.Buffer.Slice(0, Math.Min(buffer.Length, read.Buffer.Length));
        var at = 0;
        foreach (var run in taken)
        {
            run.CopyTo(buffer[at..]);
            at += run.Length;
        }

        bytes.AdvanceTo(taken.End);
        _position += at;
        return at;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The bytes arrive asynchronously.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
