using System.Collections.Immutable;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>A head as it was read, and its ETag: good for writing until somebody else writes, or the outcome of a write is
/// unknown. Then it is thrown away and the head is read again.</summary>
internal sealed class JournalSession
{
    private readonly IGrainStorage _storage;
    private readonly GrainId _grain;
    private readonly string _stream;
    private GrainState<JournalHead> _state;

    private JournalSession(IGrainStorage storage, GrainId grain, string stream, GrainState<JournalHead> state)
    {
        _storage = storage;
        _grain = grain;
        _stream = stream;
        _state = state;
    }

    /// <summary>Held while the head is being replaced.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>The head as it is stored, as far as this session knows.</summary>
    public JournalHead Head => _state.State ?? new JournalHead();

    /// <summary>Whether there is a head row.</summary>
    public bool Exists => _state.RecordExists;

    /// <summary>Names the stored state of the head.</summary>
    public string? ETag => _state.ETag;

    /// <summary>Whether the head has to be read again.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Rows that this session announced and is writing now.</summary>
    public ImmutableHashSet<string> Writing { get; set; } = [];

    /// <summary>Discarded rows that are deleted.</summary>
    public ImmutableHashSet<string> Cleared { get; set; } = [];

    /// <summary>Reads the head.</summary>
    public static async Task<JournalSession> OpenAsync(
        IGrainStorage storage, GrainId grain, string stream, CancellationToken cancellationToken)
    {
        var state = new GrainState<JournalHead>();
        await storage.ReadStateAsync(stream, grain, state, cancellationToken);
        if (!state.RecordExists)
        {
            state.State = null;
        }

        return new JournalSession(storage, grain, stream, state);
    }

    /// <summary>Replaces the head, if nobody else has done so. The gate is held.</summary>
    /// <returns>Whether it was replaced; if not, the session is over.</returns>
    public async Task<bool> TryReplaceAsync(JournalHead head, CancellationToken cancellationToken)
    {
        var next = new GrainState<JournalHead>(
            head with { Discarded = head.Discarded.RemoveAll(Cleared.Contains) }, _state.ETag)
        {
            RecordExists = _state.RecordExists,
        };
        IsOver = true;
        try
        {
            await _storage.WriteStateAsync(_stream, _grain, next, cancellationToken);
        }
        catch (InconsistentStateException)
        {
            return false;
        }

        _state = next;
        Cleared = [];
        IsOver = false;
        return true;
    }

    /// <summary>The head in which rows are announced that this session is about to write.</summary>
    public JournalHead Announcing(ImmutableArray<string> rows)
    {
        // What was announced and is not being written now is rubbish: its writer failed, or is fenced off by this very write.
        var rubbish = Head.Announced.RemoveAll(Writing.Contains);
        Writing = Writing.Union(rows);
        return Head with
        {
            Announced = Head.Announced.RemoveRange(rubbish).AddRange(rows),
            Discarded = Head.Discarded.AddRange(rubbish),
        };
    }

    /// <summary>Deletes the head of a forgotten stream. The gate is held.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        IsOver = true;
        await _storage.ClearStateAsync(_stream, _grain, _state, cancellationToken);
    }
}
