using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <content>Rebuilds the state from a history.</content>
internal sealed partial class DeciderRunner<TState, TCommand, TEvent>
{
    private void Rebuild(JournalHistory history)
    {
        ResetState();
        if (history.Snapshot is { } snapshot)
        {
            Replay(snapshot);
        }

        foreach (var record in history.Records)
        {
            Replay(record);
        }

        _version = history.Version;
        _wakeAt = history.WakeAt;
    }

    private void Replay(ReadOnlyMemory<byte> record)
    {
        _historyBytes += record.Length;
        try
        {
            foreach (var happened in _codec.Decode(record))
            {
                _state = _decider.Evolve(_state, happened);
                _historyEvents++;
            }
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            throw new JournalDamagedException(
                $"The journal of {Entity} contains a record that cannot be read: {fault.Message} Restore the data folder from "
                + "a backup, or use the version of the program that wrote it.",
                fault);
        }
    }
}
