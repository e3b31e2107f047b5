namespace OrleansUploads.Engine.Checking;

/// <summary>Rebuilds the states of entities from a journal that is open for inspection.</summary>
internal sealed class EntityStates(IInspectedJournal journal)
{
    private readonly EntityCatalog _kinds = new(new EngineOptions());

    /// <summary>Reads an entity.</summary>
    /// <exception cref="JournalDamagedException">The history differs from what was written.</exception>
    public async ValueTask<StoredEntity> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        var history = await journal.ReadAsync(entity, cancellationToken);
        var bytes = (history.Snapshot?.Length ?? 0) + history.Records.Sum(record => (long)record.Length);
        return new StoredEntity(_kinds.Rebuild(entity, history), history.Version, bytes);
    }

    /// <summary>Reads the state of an entity.</summary>
    /// <typeparam name="TState">The states of the entity's kind.</typeparam>
    /// <exception cref="JournalDamagedException">The history differs from what was written.</exception>
    public async ValueTask<TState> ReadAsync<TState>(EntityId entity, CancellationToken cancellationToken) =>
        (TState)(await ReadAsync(entity, cancellationToken)).State;
}

/// <summary>An entity in a journal.</summary>
/// <param name="State">Its state, or the state of a new entity if it has no history.</param>
/// <param name="Version">The version of its history.</param>
/// <param name="HistoryBytes">The length of its history.</param>
internal readonly record struct StoredEntity(object State, long Version, long HistoryBytes);
