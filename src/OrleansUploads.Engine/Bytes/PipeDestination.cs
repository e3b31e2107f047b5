using System.IO.Pipelines;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Writes to a pipe, and fails once the pipe's reader is closed, so that nothing more is read from the source.</summary>
/// <param name="pipe">The pipe. The stream does not complete it.</param>
internal sealed class PipeDestination(PipeWriter pipe) : ForwardStream
{
    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

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

    /// <inheritdoc/>
    public override void Flush()
    {
    }
}
