using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Engine.Entities;

/// <content>Confirmations that are not worth a write of their own.</content>
internal sealed partial class DeciderRunner<TState, TCommand, TEvent>
{
    /// <summary>More confirmations than this are written.</summary>
    private const int MaxHeld = 256;

    private readonly List<QueuedCommand> _held = [];

    /// <summary>Whether a confirmation may wait for the entity's next write or its next wake-up. Where the journal is shared, each write is
    /// a request to a database. A confirmation that a crash loses is repeated: its intent is delivered again.</summary>
    /// <remarks>Nothing may wait for it: no reply, and no intent that follows from it.</remarks>
    private bool CanWait(QueuedCommand confirmation, Intent intent, ServiceTime time)
    {
        if (_sharing != JournalSharing.Shared || !_decider.HoldsConfirmations || _phase != Phase.Ready || _held.Count >= MaxHeld
            || intent is not { IsAwaited: true, IsRecorded: true } || _replies.IsAwaited(confirmation.Confirms!))
        {
            return false;
        }

        return TryDecide(confirmation.Command!, time) is { Events.IsEmpty: false, Intents.IsEmpty: true, Forgets: false };
    }

    /// <summary>Takes the next command of a batch. The held confirmations come before a command that changes the state, that is refused or
    /// that waits for their intents: it is decided as if they had been written at once.</summary>
    private bool TryDequeue(Batch batch, ServiceTime time, out QueuedCommand item)
    {
        if (_held.Count > 0 && _queue.TryPeek(out var next) && (batch.IsWoken || next.Command is not { } command || NeedsHeld(command, time)))
        {
            QueuedCommand[] waiting = [.. _queue];
            _queue.Clear();
            EnqueueHeld();
            Array.ForEach(waiting, _queue.Enqueue);
        }

        return _queue.TryDequeue(out item);
    }

    private bool NeedsHeld(TCommand command, ServiceTime time) => TryDecide(command, time) is { } decision
        && (decision is not { Events.IsEmpty: true, Intents.IsEmpty: true, Forgets: false, AwaitsPending: false }
            || decision.Answer is IRefusal);

    /// <summary>What would be decided now, or null if the decider throws. That is a bug, which is reported when the command is
    /// decided.</summary>
    private Decision<TEvent>? TryDecide(TCommand command, ServiceTime time)
    {
        try
        {
            return _decider.Decide(_state, command, time);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private void EnqueueHeld()
    {
        _held.ForEach(_queue.Enqueue);
        _held.Clear();
    }
}
