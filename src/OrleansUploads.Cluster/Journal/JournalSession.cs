using System.Collections.Immutable;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>A head and the ETag with which it was read. The session can write until another host writes or the outcome of a write is
/// unknown. Then the session is stale and the head must be read again.</summary>
/// <remarks>Only the holder of the turn (<see cref="JournalTurns"/>) may replace the head.</remarks>
internal sealed class JournalSession(JournalRows rows, GrainState<JournalHead> state)
{
    private GrainState<JournalHead> _state = state;
    private ImmutableHashSet<string> _writing = [];
    private ImmutableHashSet<string> _deleted = [];

    /// <summary>The stored head, as far as this session knows.</summary>
    public JournalHead Head => _state.State ?? new JournalHead();

    public bool Exists => _state.RecordExists;

    /// <summary>The ETag of the stored head, or null if no head is stored.</summary>
    public string? ETag => _state.ETag;

    /// <summary>Whether the head must be read again before the next write.</summary>
    public bool IsStale { get; private set; }

    /// <summary>The discarded rows of the head that this session has not deleted.</summary>
    public ImmutableArray<string> Undeleted => Head.Discarded.RemoveAll(_deleted.Contains);

    /// <summary>Assumes that there is no head. If there is one, the first write fails.</summary>
    public static JournalSession Begin(JournalRows rows) => new(rows, new GrainState<JournalHead> { State = null! });

    public static async Task<JournalSession> OpenAsync(JournalRows rows, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalHead>();
        await rows.ReadHeadAsync(state, cancellationToken);
        if (!state.RecordExists)
        {
            state.State = null;
        }

        return new JournalSession(rows, state);
    }

    /// <summary>Replaces the head unless another host has changed it. If not, the session is stale.</summary>
    public async Task<bool> TryReplaceAsync(JournalHead head, CancellationToken cancellationToken)
    {
        var deleted = _deleted;
        var next = new GrainState<JournalHead>(
            head with { Discarded = head.Discarded.RemoveAll(deleted.Contains) }, _state.ETag)
        {
            RecordExists = _state.RecordExists,
        };
        IsStale = true;
        try
        {
            await rows.WriteHeadAsync(next, cancellationToken);
        }
        catch (InconsistentStateException)
        {
            return false;
        }

        _state = next;
        ImmutableInterlocked.Update(ref _deleted, static (all, dropped) => all.Except(dropped), deleted);
        IsStale = false;
        return true;
    }

    /// <summary>Returns the head with the names of rows that this session is about to write.</summary>
    public JournalHead AnnounceRows(ImmutableArray<string> announced)
    {
        // Announced rows that this session is not writing are garbage: their writer has failed, or this write fences it.
        var garbage = Head.Announced.RemoveAll(_writing.Contains);
        ImmutableInterlocked.Update(ref _writing, static (all, added) => all.Union(added), announced);
        return Head with
        {
            Announced = Head.Announced.RemoveRange(garbage).AddRange(announced),
            Discarded = Head.Discarded.AddRange(garbage),
        };
    }

    /// <summary>Records that the writing of announced rows has ended. If no head names them as a snapshot, they are garbage.</summary>
    public void EndWriting(ImmutableArray<string> announced) =>
        ImmutableInterlocked.Update(ref _writing, static (all, ended) => all.Except(ended), announced);

    /// <summary>Records that discarded rows are deleted. The next head does not name them.</summary>
    public void EndDeleting(ImmutableArray<string> discarded) =>
        ImmutableInterlocked.Update(ref _deleted, static (all, ended) => all.Union(ended), discarded);

    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        IsStale = true;
        await rows.DeleteHeadAsync(_state, cancellationToken);
    }
}

/// <summary>Gives the operations of one journal their turns at the head, one at a time, all with the same session.</summary>
/// <remarks>Without turns, an operation that starts during a write would read the head a second time, keep the ETag from before the
/// write, and report a conflict with a host that does not exist.</remarks>
internal sealed class JournalTurns(JournalRows rows)
{
    private JournalSession? _session;

    private SemaphoreSlim Gate { get; } = new(1);

    public JournalRows Rows => rows;

    /// <summary>Whether a newer writer has replaced this one. Operations that still wait for their turn must not write.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Waits for a turn. It ends when it is disposed of.</summary>
    public async ValueTask<Turn> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        return new Turn(Gate);
    }

    public void Abandon() => IsAbandoned = true;

    /// <summary>Whether a session is still the one that writes.</summary>
    public bool IsCurrent(JournalSession session) => _session == session && !session.IsStale;

    /// <summary>Returns the current session, and opens one from the stored head if necessary. Requires a turn.</summary>
    public async Task<JournalSession> OpenAsync(CancellationToken cancellationToken) =>
        _session is { IsStale: false } session ? session : await RefreshAsync(cancellationToken);

    /// <summary>As <see cref="OpenAsync"/>, but takes the stream for a new one if it was never read.</summary>
    public async Task<JournalSession> OpenOrBeginAsync(CancellationToken cancellationToken) =>
        _session is null ? _session = JournalSession.Begin(rows) : await OpenAsync(cancellationToken);

    /// <summary>Reads the head. The current session continues if no other host has written. Requires a turn.</summary>
    public async Task<JournalSession> RefreshAsync(CancellationToken cancellationToken)
    {
        var read = await JournalSession.OpenAsync(rows, cancellationToken);
        if (_session is not { IsStale: false } session || session.ETag != read.ETag)
        {
            _session = session = read;
        }

        return session;
    }

    /// <summary>The time in which one operation alone may replace the head.</summary>
    public readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
