using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Checking;

/// <summary>Rebuilds the states of entities from a journal that is open for inspection.</summary>
internal sealed class EntityStates(JournalInspection journal)
{
    private readonly EntityCatalog _kinds = new(new EngineOptions());

    /// <summary>Reads an entity.</summary>
    /// <exception cref="JournalDamagedException">The history differs from what was written.</exception>
    public StoredEntity Read(EntityId entity)
    {
        var history = journal.Read(entity);
        var bytes = (history.Snapshot?.Length ?? 0) + history.Records.Sum(record => (long)record.Length);
        return new StoredEntity(_kinds.Rebuild(entity, history), history.Version, bytes);
    }

    /// <summary>Reads the state of an entity.</summary>
    /// <typeparam name="TState">The states of the entity's kind.</typeparam>
    /// <exception cref="JournalDamagedException">The history differs from what was written.</exception>
    public TState Read<TState>(EntityId entity) => (TState)Read(entity).State;
}

/// <summary>An entity in a journal.</summary>
/// <param name="State">Its state; that of a new entity if it has no history.</param>
/// <param name="Version">The version of its history.</param>
/// <param name="HistoryBytes">The length of its history.</param>
internal readonly record struct StoredEntity(object State, long Version, long HistoryBytes);
