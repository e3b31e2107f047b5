namespace OrleansUploads.Client.Wire;

/// <summary>Cancels an attempt when no byte, or hardly any, is transferred for the idle timeout.</summary>
internal sealed class IdleTimer : IDisposable
{
    /// <summary>Fewer bytes are no progress. At one byte every few seconds, a transfer would last for years.</summary>
    public const int ProgressBytes = 16 * 1024;

    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _linked;
    private int _countedBytes;

    public IdleTimer(TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _idle = new CancellationTokenSource(timeout, timeProvider);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, cancellationToken);
    }

    /// <summary>Canceled when the caller cancels or the timeout passes.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Whether the timeout has passed.</summary>
    public bool HasFired => _idle.IsCancellationRequested;

    public void Restart()
    {
        _countedBytes = 0;
        _idle.CancelAfter(_timeout);
    }

    /// <summary>Restarts the timer once enough bytes have arrived.</summary>
    public void Count(int bytes)
    {
        _countedBytes += bytes;
        if (_countedBytes >= ProgressBytes)
        {
            Restart();
        }
    }

    /// <summary>Creates the exception to throw after the timeout.</summary>
    public GlacierException CreateException(Exception cause) =>
        new(
            GlacierErrorCodes.IdleTimeout,
            _countedBytes == 0 ? $"No byte was transferred for {_timeout}." : $"Only {_countedBytes} bytes were transferred in {_timeout}.",
            cause)
        {
            IsTransient = true,
        };

    public void Dispose()
    {
        _linked.Dispose();
        _idle.Dispose();
    }
}
