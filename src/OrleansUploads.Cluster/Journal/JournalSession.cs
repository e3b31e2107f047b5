using System.Collections.Immutable;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>A head and the ETag with which it was read. The session can write until another host writes or the outcome of a write is
/// unknown. Then the session is stale and the head must be read again.</summary>
/// <remarks>Only the holder of the turn (<see cref="JournalWriter"/>) may replace the head.</remarks>
internal sealed class JournalSession
{
    private readonly IGrainStorage _storage;
    private readonly GrainId _grain;
    private readonly string _stream;
    private GrainState<JournalHead> _state;
    private ImmutableHashSet<string> _writing = [];
    private ImmutableHashSet<string> _deleted = [];

    private JournalSession(IGrainStorage storage, GrainId grain, string stream, GrainState<JournalHead> state)
    {
        _storage = storage;
        _grain = grain;
        _stream = stream;
        _state = state;
    }

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
    public static JournalSession Begin(IGrainStorage storage, GrainId grain, string stream) =>
        new(storage, grain, stream, new GrainState<JournalHead> { State = null! });

    /// <summary>Reads the head.</summary>
    /// <param name="storage">The storage provider.</param>
    /// <param name="grain">The entity's grain.</param>
    /// <param name="stream">The state name of the head.</param>
    /// <param name="isConfirmed">Whether the head is to be one that a failover of the storage cannot undo.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async Task<JournalSession> OpenAsync(
        IGrainStorage storage, GrainId grain, string stream, bool isConfirmed, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalHead>();
        await (isConfirmed && storage is IConfirmingStorage confirming
            ? confirming.ReadConfirmedStateAsync(stream, grain, state, cancellationToken)
            : storage.ReadStateAsync(stream, grain, state, cancellationToken));
        if (!state.RecordExists)
        {
            state.State = null;
        }

        return new JournalSession(storage, grain, stream, state);
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
            await _storage.WriteStateAsync(_stream, _grain, next, cancellationToken);
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
    public JournalHead AnnounceRows(ImmutableArray<string> rows)
    {
        // Announced rows that this session is not writing are garbage: their writer has failed, or this write fences it.
        var garbage = Head.Announced.RemoveAll(_writing.Contains);
        ImmutableInterlocked.Update(ref _writing, static (all, added) => all.Union(added), rows);
        return Head with
        {
            Announced = Head.Announced.RemoveRange(garbage).AddRange(rows),
            Discarded = Head.Discarded.AddRange(garbage),
        };
    }

    /// <summary>Records that the writing of announced rows has ended. If no head names them as a snapshot, they are garbage.</summary>
    public void EndWriting(ImmutableArray<string> rows) =>
        ImmutableInterlocked.Update(ref _writing, static (all, ended) => all.Except(ended), rows);

    /// <summary>Records that discarded rows are deleted. The next head does not name them.</summary>
    public void EndDeleting(ImmutableArray<string> rows) =>
        ImmutableInterlocked.Update(ref _deleted, static (all, ended) => all.Union(ended), rows);

    /// <summary>Deletes the head of a forgotten stream.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        IsStale = true;
        await _storage.ClearStateAsync(_stream, _grain, _state, cancellationToken);
    }
}
