namespace OrleansUploads.Cluster.Journal;

/// <summary>Gives the operations of one journal their turns at the head, one at a time, all with the same session.</summary>
/// <remarks>Without turns, an operation that starts during a write would read the head a second time, keep the ETag from before the
/// write, and report a conflict with a host that does not exist.</remarks>
/// <param name="rows">The rows of the stream.</param>
internal sealed class JournalWriter(JournalRows rows)
{
    private JournalSession? _session;

    private SemaphoreSlim Gate { get; } = new(1);

    /// <summary>The rows of the stream.</summary>
    public JournalRows Rows => rows;

    /// <summary>Whether a newer writer has replaced this one. Operations that still wait for their turn must not write.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Waits for a turn. It ends when it is disposed of.</summary>
    public async ValueTask<Turn> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        return new Turn(Gate);
    }

    /// <summary>Prevents all writes that have not started.</summary>
    public void Abandon() => IsAbandoned = true;

    /// <summary>Whether a session is still the one that writes.</summary>
    public bool IsCurrent(JournalSession session) => _session == session && !session.IsStale;

    /// <summary>Returns the current session, and opens one from the stored head if necessary. Requires a turn.</summary>
    public async Task<JournalSession> OpenAsync(CancellationToken cancellationToken) =>
        _session is { IsStale: false } session ? session : await RefreshAsync(cancellationToken);

    /// <summary>Returns the current session, or one that takes the stream for a new one if it was never read. Requires a
    /// turn.</summary>
    public async Task<JournalSession> OpenOrBeginAsync(CancellationToken cancellationToken) =>
        _session is null ? _session = JournalSession.Begin(rows) : await OpenAsync(cancellationToken);

    /// <summary>Reads the head. The current session continues if no other host has written. Requires a turn.</summary>
    public async Task<JournalSession> RefreshAsync(CancellationToken cancellationToken)
    {
        var read = await JournalSession.OpenAsync(rows, isConfirmed: true, cancellationToken);
        if (_session is not { IsStale: false } session || session.ETag != read.ETag)
        {
            _session = session = read;
        }

        return session;
    }

    /// <summary>The time in which one operation alone may replace the head.</summary>
    public readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        /// <summary>Ends the turn.</summary>
        public void Dispose() => gate.Release();
    }
}
