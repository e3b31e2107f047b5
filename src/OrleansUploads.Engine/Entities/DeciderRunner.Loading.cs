using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <content>Rebuilds the state from a history, or begins without one.</content>
internal sealed partial class DeciderRunner<TState, TCommand, TEvent>
{
    /// <inheritdoc/>
    public override void Loaded(JournalHistory history, ServiceTime time)
    {
        if (_phase != Phase.Loading)
        {
            return;
        }

        try
        {
            Rebuild(history);
        }
        catch (JournalDamagedException fault)
        {
            LoadFailed(fault);
            return;
        }

        _phase = Phase.Ready;
        foreach (var intent in _decider.Pending(_state))
        {
            _replies.Deliver(intent);
        }

        StartNextStep(time);
    }

    /// <inheritdoc/>
    public override void LoadFailed(Exception fault)
    {
        if (_verifying)
        {
            DiscardState("its journal cannot be read.", fault);
        }

        _phase = Phase.Unloaded;
        FailCallers("its journal cannot be read.", fault);
    }

    /// <summary>Whether a command is decided without reading the journal, on the assumption that the entity is new. Its write fails if
    /// it is not. Only a journal that is far away is worth it.</summary>
    private bool MayBegin(ICommand command) =>
        _sharing == JournalSharing.Shared
        && _phase == Phase.Unloaded
        && _queue.Count == 0
        && _replies.IsIdle
        && command is IMayBeginEntity { ExpectsNewEntity: true };

    /// <summary>Loads the entity if it was taken for a new one, and decides the command again. The caller does not notice.</summary>
    /// <returns>False if the entity was not taken for a new one.</returns>
    private bool TryLoadAfterAll()
    {
        if (_begins is not { } command)
        {
            return false;
        }

        QueuedCommand[] inOrder = [command, .. _queue];
        _queue.Clear();
        foreach (var queued in inOrder)
        {
            _queue.Enqueue(queued);
        }

        _begins = null;
        _replies.DropBatch();
        _writing = false;
        ResetState();
        _phase = Phase.Unloaded;
        return true;
    }

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
