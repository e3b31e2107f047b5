using System.Buffers;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <summary>The runner of an entity, for any decider.</summary>
internal sealed partial class DeciderRunner<TState, TCommand, TEvent> : EntityRunner
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private readonly Queue<QueuedCommand> _queue = new();
    private readonly PendingReplies _replies;
    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly Decider<TState, TCommand, TEvent> _decider;
    private readonly EventCodec<TEvent> _codec;
    private readonly JournalSharing _sharing;
    private readonly int _historySlack;
    private List<RunnerOutput> _outputs = [];

    private Phase _phase = Phase.Unloaded;
    private TState _state;
    private long _version;
    private long _historyEvents;
    private long _historyBytes;
    private DateTimeOffset? _wakeAt;
    private DateTimeOffset? _writingWakeAt;
    private long _write;
    private QueuedCommand? _begins;
    private bool _writing;
    private bool _verifying;
    private bool _forgetting;

    /// <param name="entity">The entity.</param>
    /// <param name="decider">The rules of the entity.</param>
    /// <param name="codec">Encodes and decodes the entity's events.</param>
    /// <param name="sharing">Whether other hosts may write to the same journal.</param>
    /// <param name="historySlack">The number of events by which the history may exceed twice its compact form before a snapshot is
    /// saved, or null for the decider's value.</param>
    public DeciderRunner(
        EntityId entity,
        Decider<TState, TCommand, TEvent> decider,
        EventCodec<TEvent> codec,
        JournalSharing sharing = JournalSharing.Exclusive,
        int? historySlack = null)
        : base(entity)
    {
        _decider = decider;
        _codec = codec;
        _sharing = sharing;
        _historySlack = historySlack ?? decider.HistorySlack;
        _state = decider.Initial;
        _replies = new PendingReplies(entity, output => _outputs.Add(output));
    }

    private enum Phase
    {
        Unloaded,
        Loading,
        Ready,
    }

    /// <inheritdoc/>
    public override bool IsIdle =>
        _phase != Phase.Loading && !_writing && !_verifying && _queue.Count == 0 && _replies.IsIdle && _outputs.Count == 0;

    /// <inheritdoc/>
    public override long StateBytes => _historyBytes * _decider.MemoryPerHistoryByte;

    /// <inheritdoc/>
    public override void Submit(object ticket, ICommand command, ServiceTime time)
    {
        if (_queue.Count >= MaxQueued)
        {
            FailTicket(ticket, "too many commands are waiting; try again later.");
            return;
        }

        var queued = new QueuedCommand(ticket, (TCommand)command, Confirms: null);
        if (MayBegin(command))
        {
            _begins = queued;
            _phase = Phase.Ready;
        }

        _queue.Enqueue(queued);
        StartNextStep(time);
    }

    /// <inheritdoc/>
    public override void Wake(object ticket, ServiceTime time)
    {
        _queue.Enqueue(new QueuedCommand(ticket, Command: null, Confirms: null));
        StartNextStep(time);
    }

    /// <inheritdoc/>
    public override void Verified(long version, ServiceTime time)
    {
        if (!_verifying)
        {
            return;
        }

        _verifying = false;
        if (version == _version)
        {
            _begins = null;
            _replies.ReleaseBatch();
        }
        else
        {
            GiveWayToOtherHost();
        }

        StartNextStep(time);
    }

    /// <inheritdoc/>
    public override void WriteEnded(long write, AppendOutcome outcome, ServiceTime time)
    {
        if (!_writing || write != _write)
        {
            return;
        }

        if (outcome == AppendOutcome.Conflict)
        {
            GiveWayToOtherHost();
        }
        else if (_forgetting)
        {
            _writing = _forgetting = false;
            ResetState();
            _replies.ReleaseBatch();
        }
        else
        {
            _begins = null;
            _writing = false;
            _version++;
            _wakeAt = _writingWakeAt;
            _replies.ReleaseBatch();
            SaveSnapshotIfLong();
        }

        StartNextStep(time);
    }

    /// <inheritdoc/>
    public override void WriteUnknown(long write, Exception fault, ServiceTime time)
    {
        if (_writing && write == _write)
        {
            DiscardState("the outcome of a write is unknown; try again.", fault);
            StartNextStep(time);
        }
    }

    /// <inheritdoc/>
    public override void IntentDone(string key, object verdict, ServiceTime time)
    {
        if (_replies.FindInFlight(key) is { } intent)
        {
            _replies.DeliverySucceeded(key, verdict);
            var confirmation = new QueuedCommand(Ticket: null, (TCommand)intent.ConfirmationOf(verdict), Confirms: key);
            if (CanWait(confirmation, intent, time))
            {
                _held.Add(confirmation);
                return;
            }

            _queue.Enqueue(confirmation);
            StartNextStep(time);
        }
    }

    /// <inheritdoc/>
    public override void IntentFailed(string key, Exception fault)
    {
        if (IsObsolete(key))
        {
            _replies.Abandon(key);
        }
        else
        {
            _replies.DeliveryFailed(key, fault);
        }
    }

    /// <inheritdoc/>
    public override void HostStopped() =>
        FailCallers("its host has stopped; try again.", new ObjectDisposedException("The host was stopped.", innerException: null));

    /// <inheritdoc/>
    public override IReadOnlyList<RunnerOutput> TakeOutputs()
    {
        if (_outputs.Count == 0)
        {
            return [];
        }

        if (_outputs.Count == 1)
        {
            // Most inputs have one output. It needs no list of its own.
            IReadOnlyList<RunnerOutput> single = [_outputs[0]];
            _outputs.Clear();
            return single;
        }

        var taken = _outputs;
        _outputs = [];
        return taken;
    }

    /// <summary>Whether an intent is no longer pending in the durable state and no reply waits for it. Only such intents are
    /// abandoned.</summary>
    private bool IsObsolete(string key) =>
        _phase == Phase.Ready
        && !_writing
        && _replies.FindInFlight(key) is { IsAwaited: false }
        && !_decider.Pending(_state).Any(intent => intent.Key == key);

    /// <summary>Reads the journal again, because its version is not the known one.</summary>
    private void GiveWayToOtherHost()
    {
        if (!TryLoadAfterAll())
        {
            DiscardState("another host has written to its journal; try again.", fault: null);
        }
    }

    /// <summary>Fails all replies and discards the state. The next command loads it again.</summary>
    private void DiscardState(string reason, Exception? fault)
    {
        _replies.FailAll(reason, fault);
        _begins = null;
        _writing = _verifying = _forgetting = false;
        ResetState();
        _phase = Phase.Unloaded;
    }

    /// <summary>Fails the callers of queued commands, and those whose replies wait for a write or an intent.</summary>
    private void FailCallers(string reason, Exception fault)
    {
        EnqueueHeld();
        while (_queue.TryDequeue(out var item))
        {
            FailTicket(item.Ticket, reason, fault);
            if (item.Confirms is { } key)
            {
                _replies.ConfirmationLost(key);
            }
        }

        _replies.FailAll(reason, fault);
    }

    private void ResetState()
    {
        _state = _decider.Initial;
        _version = 0;
        _historyEvents = 0;
        _historyBytes = 0;
        _wakeAt = null;
    }

    private void FailTicket(object? ticket, string reason, Exception? fault = null)
    {
        if (ticket is not null)
        {
            _outputs.Add(new RunnerOutput.Fault(ticket, new EntityUnavailableException(Entity, reason, fault)));
        }
    }

    /// <param name="Ticket">Identifies the caller to answer, or null for a confirmation.</param>
    /// <param name="Command">The command to decide, or null for a wake-up.</param>
    /// <param name="Confirms">The key of the intent that the command confirms, or null for a caller's command.</param>
    private readonly record struct QueuedCommand(object? Ticket, TCommand? Command, string? Confirms);
}
