using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>A stream that may wait for bytes without end, such as a pipe. The base library cannot cancel such a read, so this one leaves it
/// behind: the process is about to end.</summary>
/// <param name="inner">The stream, which is read in order.</param>
internal sealed class InterruptibleStream(Stream inner) : ForwardStream
{
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    /// <summary>Reads until the buffer is full or the stream ends, because a pipe gives little at a time.</summary>
    /// <exception cref="OperationCanceledException">The read was cancelled. The buffer may still be written to.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await Task.Run(() => inner.ReadAtLeast(buffer.Span, buffer.Length, throwOnEndOfStream: false), cancellationToken)
            .WaitAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
