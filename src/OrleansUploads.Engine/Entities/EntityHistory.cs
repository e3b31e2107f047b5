using System.Text.Json;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Engine.Entities;

internal static class EntityHistory
{
    /// <summary>Computes the state of an entity from its history.</summary>
    /// <returns>The state, and what the history costs in events and in bytes.</returns>
    /// <exception cref="JournalDamagedException">The history differs from what was written.</exception>
    public static (TState State, long Events, long Bytes) Replay<TState, TCommand, TEvent>(
        Decider<TState, TCommand, TEvent> decider, EntityId entity, JournalHistory history)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class
    {
        var (state, events, bytes) = (decider.Initial, 0L, 0L);
        try
        {
            if (history.Snapshot is { } snapshot)
            {
                state = EventCodec.DecodeSnapshot<TState>(snapshot);
                (events, bytes) = (decider.SnapshotCost(state), snapshot.Length);
            }

            foreach (var record in history.Records)
            {
                bytes += record.Length;
                foreach (var happened in EventCodec.Decode<TEvent>(record))
                {
                    state = decider.Evolve(state, happened);
                    events++;
                }
            }

            return (state, events, bytes);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new JournalDamagedException(
                $"The journal of {entity} contains a record that cannot be read: {fault.Message} Restore the data folder from "
                + "a backup, or use the version of the program that wrote it.",
                fault);
        }
    }
}
