namespace OrleansUploads.Client.Wire;

/// <summary>Cancels an attempt when no byte is transferred for the idle timeout.</summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _linked;

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

    public void Restart() => _idle.CancelAfter(_timeout);

    /// <summary>Creates the exception to throw after the timeout.</summary>
    public GlacierException CreateException(Exception cause) =>
        new(GlacierErrorCodes.IdleTimeout, $"No byte was transferred for {_timeout}.", cause) { IsTransient = true };

    public void Dispose()
    {
        _linked.Dispose();
        _idle.Dispose();
    }
}
