using System.Collections.Immutable;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>A head and the ETag with which it was read. The session can write until another host writes or the outcome of a write is
/// unknown. Then the session is stale and the head must be read again.</summary>
/// <remarks>Only the holder of the turn (<see cref="JournalWriter"/>) may replace the head.</remarks>
/// <param name="rows">The rows of the stream.</param>
/// <param name="state">The head as it was read.</param>
internal sealed class JournalSession(JournalRows rows, GrainState<JournalHead> state)
{
    private GrainState<JournalHead> _state = state;
    private ImmutableHashSet<string> _writing = [];
    private ImmutableHashSet<string> _deleted = [];

    /// <summary>The stored head, as far as this session knows.</summary>
    public JournalHead Head => _state.State ?? new JournalHead();

    /// <summary>Whether the head row exists.</summary>
    public bool Exists => _state.RecordExists;

    /// <summary>The ETag of the stored head, or null.</summary>
    public string? ETag => _state.ETag;

    /// <summary>Whether the head must be read again before the next write.</summary>
    public bool IsStale { get; private set; }

    /// <summary>The discarded rows of the head that this session has not deleted.</summary>
    public ImmutableArray<string> Undeleted => Head.Discarded.RemoveAll(_deleted.Contains);

    /// <summary>Assumes that there is no head. If there is one, the first write fails.</summary>
    public static JournalSession Begin(JournalRows rows) => new(rows, new GrainState<JournalHead> { State = null! });

    /// <summary>Reads the head; see <see cref="JournalRows.ReadHeadAsync"/>.</summary>
    public static async Task<JournalSession> OpenAsync(JournalRows rows, bool isConfirmed, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalHead>();
        await rows.ReadHeadAsync(state, isConfirmed, cancellationToken);
        if (!state.RecordExists)
        {
            state.State = null;
        }

        return new JournalSession(rows, state);
    }

    /// <summary>Replaces the head unless another host has changed it.</summary>
    /// <returns>Whether the head was replaced. If not, the session is stale.</returns>
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

    /// <summary>Deletes the head of a forgotten stream.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        IsStale = true;
        await rows.DeleteHeadAsync(_state, cancellationToken);
    }
}
