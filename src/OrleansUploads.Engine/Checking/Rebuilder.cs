using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Engine.Checking;

/// <summary>Rebuilds the state of an entity from its history.</summary>
internal interface IRebuilder
{
    /// <summary>Rebuilds the state.</summary>
    /// <exception cref="JournalDamagedException">The history differs from what was written.</exception>
    object Rebuild(EntityId entity, JournalHistory history);

    /// <summary>Writes a state as one snapshot.</summary>
    ReadOnlyMemory<byte> Compact(object state);
}

/// <summary>Rebuilds the states of one kind of entities.</summary>
/// <param name="decider">The rules of the kind.</param>
internal sealed class Rebuilder<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> decider) : IRebuilder
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <inheritdoc/>
    public object Rebuild(EntityId entity, JournalHistory history) => From(entity, history);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Compact(object state) => EventCodec.Encode(decider.Compact((TState)state));

    /// <inheritdoc cref="IRebuilder.Rebuild"/>
    public TState From(EntityId entity, JournalHistory history)
    {
        try
        {
            var state = decider.Initial;
            if (history.Snapshot is { } snapshot)
            {
                state = EventCodec.Decode<TEvent>(snapshot).Aggregate(state, decider.Evolve);
            }

            return history.Records.Aggregate(state, (at, record) => EventCodec.Decode<TEvent>(record).Aggregate(at, decider.Evolve));
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            throw new JournalDamagedException(
                $"The journal of {entity} contains a record that cannot be read: {fault.Message}", fault);
        }
    }
}
