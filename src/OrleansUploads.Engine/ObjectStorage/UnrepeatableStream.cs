using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>The bytes of an object while they arrive. Ends with an exception unless all of them have arrived, so that no SDK stores a
/// truncated object as complete.</summary>
/// <remarks>The reader reads a piece from the memory of its sender, which waits meanwhile. So an upload keeps no second copy of its
/// bytes.</remarks>
internal sealed class UnrepeatableStream(long lengthBytes) : ForwardStream
{
    private readonly Lock _gate = new();
    private ReadOnlyMemory<byte> _piece;
    private TaskCompletionSource _arrived = NewSignal();
    private TaskCompletionSource? _taken;
    private long _position;
    private bool _hasEnded;

    public bool IsAtEnd
    {
        get
        {
            lock (_gate)
            {
                return _position == lengthBytes;
            }
        }
    }

    /// <summary>Gives the reader the next piece, after the one before was read.</summary>
    /// <param name="piece">The piece. It must stay valid until the task or the stream has ended.</param>
    /// <returns>Ends when the piece was read, or when the stream has ended.</returns>
    public Task SendAsync(ReadOnlyMemory<byte> piece)
    {
        lock (_gate)
        {
            if (_hasEnded || piece.IsEmpty)
            {
                return Task.CompletedTask;
            }

            _piece = piece;
            _taken = NewSignal();
            _arrived.TrySetResult();
            return _taken.Task;
        }
    }

    /// <summary>Ends the stream. Afterwards the memory of pieces is no longer read.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            _piece = default;
            _arrived.TrySetResult();
            _taken?.TrySetResult();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (TryTake(buffer, out var count, out var arrived))
            {
                return count;
            }

            await arrived.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Copies the rest of the piece, or as much as fits. Returns false if the next piece has not arrived.</summary>
    /// <exception cref="EndOfStreamException">The stream has ended before all bytes arrived.</exception>
    private bool TryTake(Memory<byte> buffer, out int count, out Task arrived)
    {
        // Copied under the lock, so that the memory is not read after the end of the stream.
        lock (_gate)
        {
            count = 0;
            arrived = _arrived.Task;
            if (_position == lengthBytes || buffer.IsEmpty)
            {
                return true;
            }

            if (_hasEnded)
            {
                throw new EndOfStreamException($"The attempt was abandoned after {_position} of {lengthBytes} bytes.");
            }

            count = Math.Min(buffer.Length, _piece.Length);
            if (count == 0)
            {
                return false;
            }

            _piece.Span[..count].CopyTo(buffer.Span);
            _piece = _piece[count..];
            _position += count;
            if (_piece.IsEmpty)
            {
                _arrived = NewSignal();
                _taken!.TrySetResult();
            }

            return true;
        }
    }
}
