using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>Gives the operations of one journal their turns at the head, one at a time, all with the same session.</summary>
/// <remarks>Without turns, an operation that starts during a write would read the head a second time, keep the ETag from before the
/// write, and report a conflict with a host that does not exist.</remarks>
/// <param name="storage">The storage provider.</param>
/// <param name="grain">The entity's grain.</param>
/// <param name="stream">The state name of the head.</param>
internal sealed class JournalWriter(IGrainStorage storage, GrainId grain, string stream)
{
    private JournalSession? _session;

    private SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Whether a newer writer has replaced this one. Operations that still wait for their turn must not write.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Waits for a turn. The caller must end it with <see cref="EndTurn"/>.</summary>
    public Task TakeTurnAsync(CancellationToken cancellationToken) => Turn.WaitAsync(cancellationToken);

    /// <summary>Ends a turn.</summary>
    public void EndTurn() => Turn.Release();

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
        _session is null ? _session = JournalSession.Begin(storage, grain, stream) : await OpenAsync(cancellationToken);

    /// <summary>Reads the head. The current session continues if no other host has written. Requires a turn.</summary>
    public async Task<JournalSession> RefreshAsync(CancellationToken cancellationToken)
    {
        var read = await JournalSession.OpenAsync(storage, grain, stream, isConfirmed: true, cancellationToken);
        if (_session is not { IsStale: false } session || session.ETag != read.ETag)
        {
            _session = session = read;
        }

        return session;
    }
}
