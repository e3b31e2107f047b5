using System.IO.Pipelines;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Writes to a pipe, and fails once the pipe's reader is closed, so that nothing more is read from the source.</summary>
/// <param name="pipe">The pipe. The stream does not complete it.</param>
internal sealed class PipeDestination(PipeWriter pipe) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes bytes and waits while the reader is too far behind.</summary>
    /// <exception cref="OperationCanceledException">The reader is closed, or the call was canceled.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await pipe.WriteAsync(buffer, cancellationToken);
        if (result.IsCompleted)
        {
            throw new OperationCanceledException("The reader of the pipe is closed.");
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
