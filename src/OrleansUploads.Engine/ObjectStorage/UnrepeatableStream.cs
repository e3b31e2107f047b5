using System.IO.Pipelines;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>The bytes of an object while they arrive. Ends with an exception unless all of them have arrived, so that no SDK stores a
/// truncated object as complete.</summary>
/// <param name="bytes">Where they arrive.</param>
/// <param name="lengthBytes">How many there will be.</param>
/// <param name="abandoned">Canceled when no more will arrive.</param>
internal sealed class UnrepeatableStream(PipeReader bytes, long lengthBytes, CancellationToken abandoned) : ForwardStream
{
    private long _position;

    /// <summary>Whether all bytes were read.</summary>
    public bool IsAtEnd => _position == lengthBytes;

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
}
