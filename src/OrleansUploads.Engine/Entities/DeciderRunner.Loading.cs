using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <content>How a history becomes a state again.</content>
internal sealed partial class DeciderRunner<TState, TCommand, TEvent>
{
    private void Rebuild(JournalHistory history)
    {
        Reset();
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
                $"The journal of {Entity} holds something that cannot be read: {fault.Message} Restore the data folder from "
                + "a backup, or use the version of the program that wrote it.",
                fault);
        }
    }
}
