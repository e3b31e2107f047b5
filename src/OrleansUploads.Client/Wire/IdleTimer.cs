namespace OrleansUploads.Client.Wire;

/// <summary>Cancels an attempt in which nothing moves for a while.</summary>
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

    /// <summary>Ends the attempt: the caller gave up, or nothing moved.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Whether nothing moved for too long.</summary>
    public bool HasFired => _idle.IsCancellationRequested;

    /// <summary>Something moved; the wait begins anew.</summary>
    public void Touch() => _idle.CancelAfter(_timeout);

    /// <summary>What to tell the caller when it has fired.</summary>
    public GlacierException Describe(Exception cause) =>
        new(GlacierErrorCodes.IdleTimeout, $"No byte moved for {_timeout}.", cause) { IsTransient = true };

    public void Dispose()
    {
        _linked.Dispose();
        _idle.Dispose();
    }
}
